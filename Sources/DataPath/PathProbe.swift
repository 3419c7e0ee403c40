import Overlay
import Packet

/// A probe of the path's MTU: an ICMP echo between overlay addresses, padded to the size in
/// question (RFC 8899 §4.1), which every host answers, ours or plain Linux.
package enum PathProbe {
    /// The other side asks.
    case request
    /// The other side answers.
    case reply

    /// The identifier by which our probes are told from people's pings.
    package static let identifier: UInt16 = 0x7673
    /// The smallest probe: the headers alone.
    package static let byteCountMin = 48

    /// What the inner packet `bytes` is; nil when it is no probe.
    package init?(_ bytes: RawSpan) {
        guard bytes.byteCount >= Self.byteCountMin else { return nil }
        let isIPv6 = bytes.bigEndian(at: 0, as: UInt8.self) >> 4 == 6
        let (header, ipProtocol) =
            isIPv6
            ? (40, bytes.bigEndian(at: 6, as: UInt8.self))
            : (20, bytes.bigEndian(at: 9, as: UInt8.self))
        guard isIPv6 || bytes.bigEndian(at: 0, as: UInt8.self) == 0x45,
            ipProtocol == (isIPv6 ? 58 : 1),
            bytes.bigEndian(at: header + 4, as: UInt16.self) == Self.identifier
        else { return nil }
        switch bytes.bigEndian(at: header, as: UInt16.self) {
        case isIPv6 ? 0x8000 : 0x0800: self = .request
        case isIPv6 ? 0x8100 : 0x0000: self = .reply
        default: return nil
        }
    }

    /// Makes the request in `bytes` its own answer: addresses swapped, type changed, and the
    /// checksum with it (RFC 1624 §3; the pseudo-header's sum does not change by a swap).
    package static func turnIntoReply(_ bytes: inout MutableRawSpan) {
        let isIPv6 = bytes.bytes.bigEndian(at: 0, as: UInt8.self) >> 4 == 6
        let (at, size, header) = isIPv6 ? (8, 16, 40) : (12, 4, 20)
        for index in 0..<size {
            let source: UInt8 = bytes.bytes.bigEndian(at: at + index)
            let destination: UInt8 = bytes.bytes.bigEndian(at: at + size + index)
            bytes.store(destination, at: at + index)
            bytes.store(source, at: at + size + index)
        }
        let old: UInt16 = isIPv6 ? 0x8000 : 0x0800
        let new: UInt16 = isIPv6 ? 0x8100 : 0x0000
        let sum: UInt16 = bytes.bytes.bigEndian(at: header + 2)
        bytes.store(new, at: header)
        bytes.store(Checksum.updated(sum, from: old, to: new), at: header + 2)
    }
}

extension PathProbe {
    /// Writes a request of `byteCount` bytes from `source` to `destination` into `bytes`, which
    /// must have so many; at least ``byteCountMin``.
    package static func write(
        into bytes: inout MutableRawSpan, byteCount: Int, from source: IPAddress,
        to destination: IPAddress
    ) {
        for offset in 0..<byteCount { bytes.store(0 as UInt8, at: offset) }
        let header = source.isIPv4 ? 20 : 40
        if source.isIPv4 {
            bytes.store(0x4500 as UInt16, at: 0)
            bytes.store(UInt16(truncatingIfNeeded: byteCount), at: 2)
            bytes.store(0x4000 as UInt16, at: 6)
            bytes.store(0x4001 as UInt16, at: 8)
            bytes.store(source, at: 12)
            bytes.store(destination, at: 16)
            IPv4Header.storeChecksum(at: 0, byteCount: 20, in: &bytes)
        } else {
            bytes.store(0x6000 as UInt16, at: 0)
            bytes.store(UInt16(truncatingIfNeeded: byteCount - 40), at: 4)
            bytes.store(0x3a40 as UInt16, at: 6)
            bytes.store(source, at: 8)
            bytes.store(destination, at: 24)
        }
        bytes.store((source.isIPv4 ? 0x0800 : 0x8000) as UInt16, at: header)
        bytes.store(identifier, at: header + 4)
        var sum = pseudoHeaderSum(from: source, to: destination, byteCount: byteCount - header)
        sum.add(bytes.bytes.slice(header, byteCount))
        bytes.store(sum.value, at: header + 2)
    }

    /// ICMPv6 sums a pseudo-header, ICMP does not (RFC 4443 §2.3).
    private static func pseudoHeaderSum(
        from source: IPAddress, to destination: IPAddress, byteCount: Int
    ) -> Checksum {
        guard !source.isIPv4 else { return Checksum() }
        let tuple = FiveTuple(from: (source, 0), to: (destination, 0), .icmpv6)
        return Checksum(pseudoHeaderOf: tuple, byteCount: byteCount)
    }
}
