/// A view of one set of a flow cache: the 64-byte line that says which of its 8 ways may hold a
/// key.
///
/// - Shape: 8 tags of one byte (zero = free way) read as one word, one reference bit for each way,
///   the clock's hand, 8 generations of 4 bytes; 16 bytes are spare. All zero is an empty set.
/// - The tags are compared by arithmetic on the word: 11 instructions, against 37 for a loop over
///   32-bit signatures and 43 for `SIMD8<UInt32>`, whose mask Swift cannot take as bits. A tag
///   matches by chance once in 255; the key itself decides.
@safe @frozen @usableFromInline package struct FlowSet {
    @usableFromInline package static let byteCount = 64
    @usableFromInline package static let wayCount = 8
    @usableFromInline let line: UnsafeMutableRawPointer

    @inlinable package init(_ line: UnsafeMutableRawPointer) { unsafe self.line = unsafe line }

    /// The tag of a hash: its upper byte, or 1 where that is zero.
    @inlinable package static func tag(_ hash: UInt64) -> UInt8 {
        let byte = UInt8(truncatingIfNeeded: hash >> 56)
        return byte == 0 ? 1 : byte
    }

    /// The top bit of byte n stands for way n; a way without the tag may be among them, but no way
    /// with the tag is missing, and the lowest is exact.
    @inlinable package func ways(tagged tag: UInt8) -> WayMask {
        let ones: UInt64 = 0x0101_0101_0101_0101
        let differences = tags ^ (UInt64(tag) &* ones)
        return WayMask(bits: (differences &- ones) & ~differences & 0x8080_8080_8080_8080)
    }

    /// Whether a way holds an entry.
    @inlinable package func isTaken(way: Int) -> Bool {
        unsafe line.load(fromByteOffset: way, as: UInt8.self) != 0
    }

    @inlinable package func setTag(_ tag: UInt8, way: Int) {
        unsafe line.storeBytes(of: tag, toByteOffset: way, as: UInt8.self)
    }

    @inlinable package func generation(way: Int) -> UInt32 {
        unsafe line.load(fromByteOffset: 16 &+ way &* 4, as: UInt32.self)
    }

    @inlinable package func setGeneration(_ generation: UInt32, way: Int) {
        unsafe line.storeBytes(of: generation, toByteOffset: 16 &+ way &* 4, as: UInt32.self)
    }

    /// Notes that a way was hit. Written only when it changes, so that hits leave the line clean.
    @inlinable package func touch(way: Int) {
        let bit: UInt8 = 1 &<< UInt8(truncatingIfNeeded: way)
        if referenced & bit == 0 { store(referenced | bit, at: 8) }
    }

    /// A way without a usable entry: free, or decided under another generation; nil if there is
    /// none.
    @inlinable package func vacantWay(generation: UInt32) -> Int? {
        let free = ways(tagged: 0)
        if !free.isEmpty { return free.lowest }
        for way in 0..<Self.wayCount where self.generation(way: way) != generation { return way }
        return nil
    }

    /// The way that gives place (CLOCK): the first from the hand on that was not hit since the hand
    /// last passed it. A new entry starts without its bit, so one-time keys never drive out a flow
    /// that is in use.
    @inlinable package func clockWay() -> Int {
        let hand = unsafe line.load(fromByteOffset: 9, as: UInt8.self)
        let doubled = UInt16(referenced) &* 0x0101
        let spared = (~UInt8(truncatingIfNeeded: doubled &>> UInt16(hand))).trailingZeroBitCount
        let passed = (UInt16(1) &<< UInt16(spared) &- 1) &<< UInt16(hand)
        store(referenced & ~UInt8(truncatingIfNeeded: passed | passed &>> 8), at: 8)
        let way = (Int(hand) &+ spared) & 7
        store(UInt8(truncatingIfNeeded: (way &+ 1) & 7), at: 9)
        return way
    }

    /// Forgets that a way was hit, when another entry takes it.
    @inlinable package func forget(way: Int) {
        store(referenced & ~(1 &<< UInt8(truncatingIfNeeded: way)), at: 8)
    }

    @inlinable package var tags: UInt64 { unsafe line.load(as: UInt64.self) }
    @inlinable package var referenced: UInt8 { unsafe line.load(fromByteOffset: 8, as: UInt8.self) }

    @inlinable package func store(_ byte: UInt8, at offset: Int) {
        unsafe line.storeBytes(of: byte, toByteOffset: offset, as: UInt8.self)
    }
}

/// Some of the eight ways of a set: bit 7 of byte n stands for way n.
@frozen @usableFromInline package struct WayMask {
    @usableFromInline var bits: UInt64

    @inlinable package init(bits: UInt64) { self.bits = bits }

    @inlinable package var isEmpty: Bool { bits == 0 }

    /// The lowest way; the mask must not be empty.
    @inlinable package var lowest: Int { bits.trailingZeroBitCount &>> 3 }

    @inlinable package mutating func removeLowest() { bits &= bits &- 1 }
}
