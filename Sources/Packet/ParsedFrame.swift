/// What a frame says, read once and checked once: the offsets of its headers, its five-tuple, and
/// the facts that port security, connection tracking and policy ask for.
///
/// A value exists for every frame, also a hostile one; only when ``fault`` is `.none` do the other
/// fields hold. Then every offset lies inside ``byteCount``, and ``byteCount`` inside the frame.
///
/// - Cost: one pass over the headers, no allocation; payload is never read.
@frozen public struct ParsedFrame: Sendable, BitwiseCopyable {
    /// Why the frame must be dropped, or `.none`.
    public internal(set) var fault = FrameFault.none
    /// What the frame carries.
    public internal(set) var kind = Kind.otherIP
    /// The flags of a TCP segment. Valid iff ``kind`` is `.tcp`.
    public internal(set) var tcpFlags = TCPFlags()
    /// The time to live, or hop limit. Valid iff this is an IP packet.
    public internal(set) var hopLimit: UInt8 = 0
    /// The type of the payload: IPv4, IPv6 or ARP.
    public internal(set) var etherType = EtherType(rawValue: 0)
    @usableFromInline var marks = Marks()
    /// The protocol with its destination port, or ICMP type and code. Valid iff this is an IP
    /// packet and not a later fragment (whose detail is zero).
    public internal(set) var service = ServiceKey(rawValue: 0)
    /// The receiver's MAC address.
    public internal(set) var destinationMAC = MACAddress.zero
    /// The sender's MAC address; always unicast.
    public internal(set) var sourceMAC = MACAddress.zero
    /// The offset of the transport header, in bytes. Valid iff this is an IP packet.
    public internal(set) var transportOffset = 0
    /// The offset of what follows the transport header (TCP options included), in bytes.
    public internal(set) var payloadOffset = 0
    /// The frame's true length: Ethernet header and IP packet (or ARP message), without padding.
    public internal(set) var byteCount = 0
    /// The datagram's identification. Valid iff ``isFragment``.
    public internal(set) var fragmentID: UInt32 = 0
    /// The place of this fragment's data in its datagram, in bytes. Valid iff ``isFragment``.
    public internal(set) var fragmentOffset: UInt16 = 0
    /// How many bytes of its datagram this fragment carries. Valid iff ``isFragment``.
    public internal(set) var fragmentByteCount: UInt16 = 0
    /// The offset of the transport header quoted by an ICMP error, of which at least 8 bytes are
    /// there. Valid iff ``kind`` is `.icmpError`.
    public internal(set) var embeddedOffset = 0
    /// The connection's direction of this packet. Valid iff this is an IP packet. A later fragment
    /// has no ports.
    public internal(set) var fiveTuple = FiveTuple.none
    /// The tuple of the packet that an ICMP error quotes, as quoted: its source is usually the
    /// receiver of the error. For a quoted echo the ports are its identifier. Valid iff ``kind`` is
    /// `.icmpError`.
    public internal(set) var embedded = FiveTuple.none

    /// What a sound frame carries.
    public enum Kind: UInt8, CaseIterable, Sendable, BitwiseCopyable {
        /// An ARP request or reply.
        case arp
        /// A TCP segment.
        case tcp
        /// A UDP datagram.
        case udp
        /// An ICMP or ICMPv6 echo request or reply.
        case icmpEcho
        /// An ICMP error that quotes a packet: 3, 11, 12; ICMPv6 1 … 4. (Redirects are not.)
        case icmpError
        /// ICMPv6 133 … 137, valid by RFC 4861.
        case neighborDiscovery
        /// IGMP, or multicast listener discovery (RFC 3376, RFC 3810).
        case multicastControl
        /// Any other ICMP or ICMPv6 message.
        case icmpOther
        /// Any other protocol over IP; ports only for SCTP.
        case otherIP
        /// A fragment without a transport header.
        case laterFragment
    }

    /// Facts of one bit.
    @usableFromInline struct Marks: OptionSet, Sendable, BitwiseCopyable {
        @usableFromInline let rawValue: UInt8
        @inlinable init(rawValue: UInt8) { self.rawValue = rawValue }
        @inlinable static var fragment: Marks { Marks(rawValue: 1) }
        @inlinable static var moreFragments: Marks { Marks(rawValue: 2) }
        @inlinable static var fragmentHeader: Marks { Marks(rawValue: 4) }
        @inlinable static var echoReply: Marks { Marks(rawValue: 8) }
    }

    /// Reads and judges the frame `bytes`, whose port says `virtio` about it. Never traps.
    public init(_ bytes: RawSpan, virtio: VirtioNetHeader) {
        fault = read(bytes)
        if fault == .none, !virtio.isAcceptable(for: self) { fault = .virtioHeader }
    }

    /// Reads the Ethernet header, and on.
    private mutating func read(_ bytes: RawSpan) -> FrameFault {
        guard let header = EthernetHeader(bytes) else { return .runt }
        byteCount = bytes.byteCount
        guard byteCount <= Frame.byteCountMax else { return .oversized }
        destinationMAC = header.destination
        sourceMAC = header.source
        etherType = header.etherType
        guard sourceMAC.isUnicast else { return .sourceMAC }
        switch etherType {
        case .ipv4: return readIPv4(bytes)
        case .ipv6: return readIPv6(bytes)
        case .arp: return readARP(bytes)
        default: return etherType.isVLANTag ? .vlanTagged : .etherType
        }
    }

    /// Reads the ARP message that follows the Ethernet header.
    private mutating func readARP(_ bytes: RawSpan) -> FrameFault {
        guard ARPPacket(bytes.extracting(droppingFirst: networkOffset)) != nil else { return .arp }
        kind = .arp
        byteCount = networkOffset &+ ARPPacket.byteCount
        transportOffset = byteCount
        payloadOffset = byteCount
        return .none
    }
}

extension ParsedFrame {
    /// The offset of the IP header or ARP message, in bytes.
    @inlinable public var networkOffset: Int { 14 }
    /// Whether this is an IPv4 packet.
    @inlinable public var isIPv4: Bool { etherType == .ipv4 }
    /// Whether this is an IPv6 packet.
    @inlinable public var isIPv6: Bool { etherType == .ipv6 }
    /// Whether the packet is one of several fragments of a datagram. An IPv6 "atomic" fragment
    /// (RFC 6946) is not.
    @inlinable public var isFragment: Bool { marks.contains(.fragment) }
    /// Whether this is the fragment that holds the transport header. Valid iff ``isFragment``.
    @inlinable public var isFirstFragment: Bool { isFragment && fragmentOffset == 0 }
    /// Whether more fragments follow this one. Valid iff ``isFragment``.
    @inlinable public var hasMoreFragments: Bool { marks.contains(.moreFragments) }
    /// Whether this is an echo reply and not a request. Valid iff ``kind`` is `.icmpEcho`.
    @inlinable public var isEchoReply: Bool { marks.contains(.echoReply) }

    /// Whether this is a DHCP or DHCPv6 client's message: UDP 68 → 67 or 546 → 547.
    @inlinable public var isDHCPFromClient: Bool {
        guard kind == .udp else { return false }
        let (from, to) = (fiveTuple.sourcePort, fiveTuple.destinationPort)
        return isIPv4 ? from == 68 && to == 67 : from == 546 && to == 547
    }

    /// Whether this would be taken for a DHCP or DHCPv6 server's message: UDP to port 68 or 546.
    /// The source port is not asked for, because clients do not check it either.
    @inlinable public var isDHCPFromServer: Bool {
        kind == .udp && fiveTuple.destinationPort == (isIPv4 ? 68 : 546)
    }
}

extension FiveTuple {
    /// The tuple of nothing: all zero.
    @inlinable static var none: FiveTuple {
        FiveTuple(
            from: (.unspecified, 0), to: (.unspecified, 0), IPProtocol(rawValue: 0))
    }
}
