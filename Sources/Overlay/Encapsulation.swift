import Packet

/// The headers that carry a guest's frame from this host to one peer, inside the encryption: IP
/// with the hosts' overlay addresses, UDP to port 4789, and VXLAN (RFC 7348 §5).
///
/// - Shape: `headers, 36 or 56 bytes | Ethernet frame | zeros to a multiple of 16` is a plaintext.
/// - Over IPv4 the UDP checksum is zero, which RFC 7348 §5 prefers: the encryption authenticates
///   every byte. Over IPv6 it is computed (a sum of the frame, some 5 % of its encryption's cost),
///   so that a Linux peer needs no `udp6zerocsumrx`: receivers discard a zero there unless they
///   were told not to (RFC 8200 §8.1, RFC 6935 §5).
/// - Cost: a dozen stores; no allocation.
package struct Encapsulation: Sendable, BitwiseCopyable {
    /// This host's overlay address.
    package let source: IPAddress
    /// The peer's overlay address.
    package let destination: IPAddress
    /// The sum of what never changes in the IPv4 header.
    private let constantSum: Checksum

    /// The headers from `source` to `destination`; nil unless both are of one family.
    package init?(from source: IPAddress, to destination: IPAddress) {
        guard source.isIPv4 == destination.isIPv4 else { return nil }
        self.source = source
        self.destination = destination
        var sum = Checksum()
        for word in [Self.ipv4Front, Self.ipv4Flags, Self.ipv4Life] { sum.add(word) }
        sum.add(source.ipv4?.rawValue ?? 0)
        sum.add(destination.ipv4?.rawValue ?? 0)
        constantSum = sum
    }

    /// How many bytes the headers take before a frame: IP, 8 of UDP and 8 of VXLAN.
    @inlinable package static func headerByteCount(isIPv6: Bool) -> Int { isIPv6 ? 56 : 36 }

    /// How many bytes the headers take before a frame.
    @inlinable package var headerByteCount: Int {
        Self.headerByteCount(isIPv6: !source.isIPv4)
    }

    /// Writes the headers directly before `frame`, a finished Ethernet frame whose virtio-net
    /// header is no longer needed: they lie over it and over the headroom.
    ///
    /// - `flowHash` chooses the source port, 49152 … 65535 (RFC 7348 §5), and the flow label, so
    ///   that networks on the way can tell flows apart and keep each in order.
    /// - `trafficClass`: the DSCP and ECN octet (RFC 2474 §3, RFC 6040 §4.1).
    package func write(
        before frame: Frame, _ vxlan: VXLANHeader, flowHash: UInt32, trafficClass: UInt8 = 0
    ) {
        // SAFETY: every frame is preceded by 138 bytes of its slot, and headerByteCount ≤ 56.
        let whole = unsafe Frame(
            base: frame.base - headerByteCount, byteCount: headerByteCount &+ frame.byteCount)
        var bytes = whole.mutableBytes
        let transport = headerByteCount &- Self.transportByteCount
        bytes.store(Self.portMin | UInt16(truncatingIfNeeded: flowHash & 0x3fff), at: transport)
        bytes.store(VXLANHeader.port, at: transport &+ 2)
        bytes.store(UInt16(truncatingIfNeeded: bytes.byteCount &- transport), at: transport &+ 4)
        bytes.store(0 as UInt16, at: transport &+ UDPHeader.checksumOffset)
        bytes.store(vxlan.rawValue, at: transport &+ UDPHeader.byteCount)
        if source.isIPv4 {
            writeIPv4(trafficClass, in: &bytes)
        } else {
            writeIPv6(trafficClass, flowHash, in: &bytes)
        }
    }

    /// The UDP and VXLAN headers, in bytes.
    private static var transportByteCount: Int { UDPHeader.byteCount + VXLANHeader.byteCount }
    /// The first source port; its low 14 bits are zero.
    private static var portMin: UInt16 { 49_152 }
}

extension Encapsulation {
    /// Version and header length.
    private static var ipv4Front: UInt16 { 0x4500 }
    /// Don't fragment; identification and offset are zero (RFC 6864 §4.1).
    private static var ipv4Flags: UInt16 { 0x4000 }
    /// Time to live 64, and UDP.
    private static var ipv4Life: UInt16 { 0x4011 }

    private func writeIPv4(_ trafficClass: UInt8, in bytes: inout MutableRawSpan) {
        let byteCount = UInt16(truncatingIfNeeded: bytes.byteCount)
        var sum = constantSum
        sum.add(UInt16(trafficClass))
        sum.add(byteCount)
        bytes.store(Self.ipv4Front | UInt16(trafficClass), at: 0)
        bytes.store(byteCount, at: 2)
        bytes.store(UInt32(Self.ipv4Flags), at: 4)
        bytes.store(Self.ipv4Life, at: 8)
        bytes.store(sum.value, at: 10)
        bytes.store(source, at: 12)
        bytes.store(destination, at: 16)
    }

    private func writeIPv6(
        _ trafficClass: UInt8, _ flowHash: UInt32, in bytes: inout MutableRawSpan
    ) {
        let payloadByteCount = bytes.byteCount &- IPv6Header.byteCount
        // Version 6, traffic class, and a flow label that is never zero (RFC 6437 §3).
        let front = 0x6000_0000 | UInt32(trafficClass) << 20 | flowHash & 0xf_ffff | 1
        bytes.store(front, at: 0)
        bytes.store(UInt16(truncatingIfNeeded: payloadByteCount), at: 4)
        bytes.store(0x1140 as UInt16, at: 6)  // UDP, hop limit 64
        bytes.store(source, at: 8)
        bytes.store(destination, at: 24)
        let tuple = FiveTuple(from: (source, 0), to: (destination, 0), .udp)
        var sum = Checksum(pseudoHeaderOf: tuple, byteCount: payloadByteCount)
        sum.add(bytes.bytes.extracting(droppingFirst: IPv6Header.byteCount))
        bytes.store(sum.valueForUDP, at: IPv6Header.byteCount &+ UDPHeader.checksumOffset)
    }
}

extension Encapsulation {
    /// The size of a plaintext of `byteCount` bytes after padding: the next multiple of 16
    /// (WireGuard paper §5.4.6).
    @inlinable package static func paddedByteCount(_ byteCount: Int) -> Int {
        (byteCount &+ 15) & ~15
    }

    /// Writes zeros behind the `byteCount` bytes at `plaintext`, up to `target` bytes in all. They
    /// must be the caller's to write.
    @unsafe @inlinable package static func pad(
        _ plaintext: UnsafeMutableRawPointer, _ byteCount: Int, to target: Int
    ) {
        guard target > byteCount else { return }
        unsafe (plaintext + byteCount).initializeMemory(
            as: UInt8.self, repeating: 0, count: target &- byteCount)
    }
}
