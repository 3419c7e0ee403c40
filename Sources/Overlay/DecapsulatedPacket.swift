import Packet

/// What an opened plaintext holds: a guest's frame in VXLAN, a packet for this host, or nothing of
/// use.
///
/// A peer wrote it, authentic but perhaps hostile: a value exists for every plaintext, nothing
/// traps, and every offset lies inside. Whether the peer may use ``source`` is for the caller to
/// judge, as is the frame, by the same parser as a guest's.
///
/// - Cost: the headers are read once; no allocation.
package struct DecapsulatedPacket: Sendable, BitwiseCopyable {
    /// What the plaintext is.
    package private(set) var kind = Kind.malformed
    /// The inner source address. Valid iff ``kind`` is `.vxlan`, `.host` or `.fragment`.
    package private(set) var source = IPAddress.unspecified
    /// The inner destination address. Valid iff ``source`` is.
    package private(set) var destination = IPAddress.unspecified
    /// The size of the IP packet without padding, in bytes. Valid iff ``source`` is.
    package private(set) var byteCount = 0
    /// The network and group of the frame. Valid iff ``kind`` is `.vxlan`.
    package private(set) var vxlan = VXLANHeader(rawValue: 0)
    /// The offset of the Ethernet frame, in bytes. Valid iff ``kind`` is `.vxlan`.
    package private(set) var frameOffset = 0

    /// What a plaintext is.
    package enum Kind: UInt8, CaseIterable, Sendable, BitwiseCopyable {
        /// Nothing: the peer shows that it is alive (WireGuard paper §6.5).
        case keepalive
        /// An Ethernet frame of a guest, of a network that ``DecapsulatedPacket/vxlan`` names.
        case vxlan
        /// An IP packet for the host itself.
        case host
        /// A fragment of an IP packet: refused, because its ports cannot be judged alone, and
        /// because the MTU of the overlay leaves nobody a reason to send any.
        case fragment
        /// Anything else.
        case malformed
    }

    /// Reads `plaintext`, padding included.
    package init(_ plaintext: RawSpan) {
        if plaintext.isEmpty {
            kind = .keepalive
        } else if plaintext.bigEndian(at: 0, as: UInt8.self) >> 4 == 4 {
            readIPv4(plaintext)
        } else {
            readIPv6(plaintext)
        }
    }

    /// The size of the Ethernet frame, at least 14 bytes. Valid iff ``kind`` is `.vxlan`.
    package var frameByteCount: Int { byteCount &- frameOffset }
}

extension DecapsulatedPacket {
    private mutating func readIPv4(_ plaintext: RawSpan) {
        guard let header = IPv4Header(plaintext), header.hasValidChecksum else { return }
        source = IPAddress(header.source)
        destination = IPAddress(header.destination)
        byteCount = header.totalByteCount
        kind =
            header.isFragment
            ? .fragment
            : readTransport(plaintext.slice(header.byteCount, byteCount), header.ipProtocol)
    }

    /// Extension headers have no place here. An IPv4 address in IPv6's form must not speak for the
    /// IPv4 host (RFC 4291 §2.5.5.2).
    private mutating func readIPv6(_ plaintext: RawSpan) {
        guard let header = IPv6Header(plaintext), !header.source.isIPv4,
            !header.destination.isIPv4
        else { return }
        source = header.source
        destination = header.destination
        byteCount = header.totalByteCount
        switch header.nextHeader.rawValue {
        case 44: kind = .fragment
        case 0, 43, 51, 60, 135, 139, 140: return
        default:
            let transport = plaintext.slice(IPv6Header.byteCount, byteCount)
            kind = readTransport(transport, header.nextHeader)
        }
    }

    /// What the packet is whose `transport` ends where the IP packet ends.
    private mutating func readTransport(
        _ transport: RawSpan, _ ipProtocol: IPProtocol
    ) -> Kind {
        guard ipProtocol == .udp else { return .host }
        guard let udp = UDPHeader(transport), udp.length == transport.byteCount else {
            return .malformed
        }
        guard udp.destinationPort == VXLANHeader.port else { return .host }
        let headers = UDPHeader.byteCount &+ VXLANHeader.byteCount
        guard transport.byteCount >= headers &+ EthernetHeader.byteCount else { return .malformed }
        vxlan = VXLANHeader(rawValue: transport.bigEndian(at: UDPHeader.byteCount))
        frameOffset = byteCount &- transport.byteCount &+ headers
        // Packets of the hosts' own network come as they are, never in a frame.
        guard let vni = vxlan.vni, vni != .hosts else { return .malformed }
        return .vxlan
    }
}
