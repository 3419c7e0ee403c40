import Packet

/// A TAI64N label (cr.yp.to/libtai/tai64.html): 8 bytes of seconds and 4 of nanoseconds, both
/// big-endian, so that labels compare as their bytes do.
///
/// An initiation carries one; a responder takes only labels above the last it saw from that peer,
/// so that an initiation cannot be replayed (paper §5.1).
package struct TAI64N: Hashable, Sendable, BitwiseCopyable {
    /// How many bytes a label has.
    package static let byteCount = 12
    /// The label of 1970-01-01 00:00:00 UTC: TAI was 10 s ahead.
    static let epoch: UInt64 = 0x4000_0000_0000_000a

    /// Seconds, counted from 2^62 s before 1970 TAI.
    package let seconds: UInt64
    /// Nanoseconds within the second. A peer may have sent any 32 bits.
    package let nanoseconds: UInt32

    /// The label of these parts.
    package init(seconds: UInt64, nanoseconds: UInt32) {
        self.seconds = seconds
        self.nanoseconds = nanoseconds
    }

    /// The label of `wall` nanoseconds since 1970 UTC.
    package init(wall: UInt64) {
        seconds = Self.epoch + wall / 1_000_000_000
        nanoseconds = UInt32(wall % 1_000_000_000)
    }

    /// The label in the first 12 bytes of `span`; nil if there are fewer.
    package init?(_ span: RawSpan) {
        guard span.byteCount >= Self.byteCount else { return nil }
        seconds = span.bigEndian(at: 0)
        nanoseconds = span.bigEndian(at: 8)
    }

    /// The label of these bytes; nil unless there are 12.
    package init?(bytes: [UInt8]) {
        guard bytes.count == Self.byteCount else { return nil }
        self.init(bytes.octets)
    }

    /// The 12 bytes.
    package var bytes: [UInt8] {
        var bytes = [UInt8](repeating: 0, count: Self.byteCount)
        store(in: &bytes, at: 0)
        return bytes
    }

    /// Writes the 12 bytes at `offset` of `message`, where they must lie inside.
    func store(in message: inout [UInt8], at offset: Int) {
        for index in 0..<8 {
            message[offset + index] = UInt8(truncatingIfNeeded: seconds >> UInt64(56 - 8 * index))
        }
        for index in 0..<4 {
            let byte = UInt8(truncatingIfNeeded: nanoseconds >> UInt32(24 - 8 * index))
            message[offset + 8 + index] = byte
        }
    }
}

extension TAI64N: Comparable {
    /// The order in which labels are given.
    package static func < (left: TAI64N, right: TAI64N) -> Bool {
        left.seconds == right.seconds
            ? left.nanoseconds < right.nanoseconds : left.seconds < right.seconds
    }
}
