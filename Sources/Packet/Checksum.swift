/// A running Internet checksum: the ones' complement sum of 16-bit words (RFC 1071).
///
/// The sum is kept in 64 bits and in the machine's byte order, which only rotates it (RFC 1071 §2
/// (B)): 65,535 divides 2^64 − 1, so whole 64-bit words may be added as long as carries come back
/// in.
@frozen public struct Checksum: Sendable, BitwiseCopyable {
    @usableFromInline var sum: UInt64

    /// The sum of nothing.
    @inlinable public init() { sum = 0 }

    /// The sum that starts from `wordSum`, in the machine's byte order.
    @inlinable init(wordSum: UInt64) { sum = wordSum }

    /// The sum of the pseudo-header of a TCP, UDP or ICMPv6 packet of `byteCount` bytes, transport
    /// header included (RFC 9293 §3.1, RFC 8200 §8.1).
    ///
    /// One form serves both families: the prefix of a mapped IPv4 address adds 0xffff, which is
    /// zero.
    @inlinable public init(pseudoHeaderOf tuple: FiveTuple, byteCount: Int) {
        sum = 0
        add(tuple.source)
        add(tuple.destination)
        add(UInt32(truncatingIfNeeded: byteCount))
        add(UInt32(tuple.ipProtocol.rawValue))
    }

    /// Adds `bytes`, which begin at an even offset of what is summed; an odd last byte is followed
    /// by a zero byte.
    public mutating func add(_ bytes: RawSpan) {
        add(word: Self.wordSum(bytes))
    }

    /// Adds a 16-bit number.
    @inlinable public mutating func add(_ value: UInt16) { add(word: UInt64(value.bigEndian)) }
    /// Adds a 32-bit number.
    @inlinable public mutating func add(_ value: UInt32) { add(word: UInt64(value.bigEndian)) }

    /// Adds the 128-bit form of an address.
    @inlinable mutating func add(_ address: IPAddress) {
        add(word: address.high.bigEndian)
        add(word: address.low.bigEndian)
    }

    /// Adds 64 bits as they lie in memory; the carry comes back in.
    @inlinable mutating func add(word: UInt64) {
        let (partial, carry) = sum.addingReportingOverflow(word)
        sum = partial &+ (carry ? 1 : 0)
    }

    /// The sum as 16 bits, in host byte order: what a partial checksum field holds.
    @inlinable public var folded: UInt16 {
        let in33Bits = (sum >> 32) &+ (sum & 0xffff_ffff)
        let in18Bits = (in33Bits >> 16 & 0xffff) &+ (in33Bits & 0xffff) &+ (in33Bits >> 32)
        let in17Bits = (in18Bits >> 16) &+ (in18Bits & 0xffff)
        let in16Bits = (in17Bits >> 16) &+ (in17Bits & 0xffff)
        return UInt16(bigEndian: UInt16(truncatingIfNeeded: in16Bits))
    }

    /// The checksum field that makes the sum right, in host byte order.
    @inlinable public var value: UInt16 { ~folded }

    /// The same for UDP, where zero would mean "no checksum" (RFC 768).
    @inlinable public var valueForUDP: UInt16 { value == 0 ? 0xffff : value }

    /// Whether what was summed, its checksum field included, is intact.
    @inlinable public var isValid: Bool { folded == 0xffff }

    /// The `checksum` field after one 16-bit word of what it covers went from `old` to `new`
    /// (RFC 1624 §3, equation 3).
    @inlinable public static func updated(
        _ checksum: UInt16, from old: UInt16, to new: UInt16
    ) -> UInt16 {
        let sum = UInt32(~checksum) &+ UInt32(~old) &+ UInt32(new)
        let in17Bits = (sum >> 16) &+ (sum & 0xffff)
        return ~UInt16(truncatingIfNeeded: (in17Bits >> 16) &+ in17Bits)
    }
}

extension Checksum {
    /// The sum of `bytes` as 64-bit words, carries included.
    ///
    /// Each 64-bit lane adds its word's two halves (2^32 leaves 1 when divided by 65,535), so that
    /// no carry can occur below 2^31 words and the loop stays free of branches and serial
    /// dependence.
    static func wordSum(_ bytes: RawSpan) -> UInt64 {
        var lanes = SIMD8<UInt64>()
        let mask = SIMD8<UInt64>(repeating: 0xffff_ffff)
        let blocksEnd = bytes.byteCount & ~63
        var offset = 0
        while offset < blocksEnd {
            // SAFETY: offset + 64 ≤ blocksEnd ≤ byteCount.
            let block = unsafe bytes.unsafeLoadUnaligned(
                fromUncheckedByteOffset: offset, as: SIMD8<UInt64>.self)
            lanes &+= (block & mask) &+ (block &>> 32)
            offset &+= 64
        }
        var sum = Checksum(wordSum: lanes.wrappedSum())
        sum.addTail(bytes.extracting(droppingFirst: blocksEnd))
        return sum.sum
    }

    /// Adds fewer than 64 bytes.
    private mutating func addTail(_ bytes: RawSpan) {
        var offset = 0
        while offset &+ 8 <= bytes.byteCount {
            add(word: unsafe bytes.unsafeLoadUnaligned(fromByteOffset: offset, as: UInt64.self))
            offset &+= 8
        }
        var last: UInt64 = 0
        var shift: UInt64 = 0
        while offset < bytes.byteCount {
            last |= UInt64(unsafe bytes.unsafeLoad(fromByteOffset: offset, as: UInt8.self)) << shift
            shift &+= 8
            offset &+= 1
        }
        add(word: UInt64(littleEndian: last))
    }
}
