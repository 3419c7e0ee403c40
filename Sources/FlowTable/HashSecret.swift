/// What the hashes of one start of the switch depend on: without it nobody can choose keys that
/// collide, so no guest can crowd one set of a table.
///
/// The caller draws both words from the kernel's random source, anew at each start.
@frozen public struct HashSecret: Sendable, BitwiseCopyable {
    @usableFromInline let first: UInt64
    @usableFromInline let second: UInt64

    /// The secret of these 128 random bits.
    @inlinable public init(_ first: UInt64, _ second: UInt64) {
        self.first = first
        self.second = second
    }

    /// A keyed hash of six words in the manner of wyhash: each round multiplies two words into
    /// 128 bits and folds the halves; every factor holds a secret or an earlier round's result.
    @inlinable func hash(_ words: SixWords) -> UInt64 {
        var state = fold(words.0 ^ first, words.1 ^ second)
        state = fold(words.2 ^ state, words.3 ^ first ^ 0xa076_1d64_78bd_642f)
        state = fold(words.4 ^ state, words.5 ^ second ^ 0xe703_7ed1_a0b4_28db)
        return fold(state ^ first, 0x8ebc_6af0_9c88_c6e3)
    }

    @inlinable func fold(_ left: UInt64, _ right: UInt64) -> UInt64 {
        let product = left.multipliedFullWidth(by: right)
        return product.high ^ product.low
    }
}

/// The 48 bytes of a key as words.
@usableFromInline typealias SixWords = (UInt64, UInt64, UInt64, UInt64, UInt64, UInt64)
