/// Which counters of one receiving session have come already (RFC 6479; WireGuard paper §5.4.6).
///
/// - Shape: a ring of 128 words of 64 bits; bit `n mod 64` of word `n / 64 mod 128` stands for
///   counter `n`. The word of the greatest counter is partly in the future, so the other 127 words
///   are the window: a counter up to ``counterCount`` behind the greatest is judged on its own.
/// - Cost: constant for each datagram; a jump clears at most the 128 words.
/// - Thread: owned by one worker.
package struct ReplayWindow: ~Copyable {
    /// How far behind the greatest counter a datagram may come.
    @usableFromInline package static let counterCount: UInt64 = 8_128
    @usableFromInline static let wordCount = 128

    @usableFromInline var words = InlineArray<128, UInt64>(repeating: 0)
    @usableFromInline var greatest: UInt64 = 0

    /// A window that has seen nothing.
    package init() {}

    /// Marks `counter` as seen; false when it was seen before, is too old to know, or beyond the
    /// limit. Ask only for authentic datagrams: anyone can forge the counter of any other.
    @inlinable package mutating func accept(_ counter: UInt64) -> Bool {
        guard counter < ProtocolLimits.rejectAfterMessages else { return false }
        if counter > greatest {
            advance(to: counter)
        } else if greatest &- counter > Self.counterCount {
            return false
        }
        let index = Self.index(ofWord: counter &>> 6)
        let bit: UInt64 = 1 &<< (counter & 63)
        let isNew = words[index] & bit == 0
        words[index] |= bit
        return isNew
    }

    /// Clears the words between the greatest counter's and `counter`'s: they stood for counters
    /// one round of the ring ago.
    @inlinable mutating func advance(to counter: UInt64) {
        let from = greatest &>> 6
        let steps = min(counter &>> 6 &- from, UInt64(Self.wordCount))
        var step: UInt64 = 0
        while step < steps {
            step &+= 1
            words[Self.index(ofWord: from &+ step)] = 0
        }
        greatest = counter
    }

    @inlinable static func index(ofWord word: UInt64) -> Int {
        Int(truncatingIfNeeded: word) & (wordCount - 1)
    }
}
