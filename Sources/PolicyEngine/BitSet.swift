/// A set of small numbers, all below a bound fixed when it is made.
struct BitSet: Hashable, Sendable {
    private(set) var words: [UInt64]

    /// The empty set of numbers below `bound`.
    init(below bound: Int) { words = [UInt64](repeating: 0, count: (bound + 63) / 64) }

    /// The set of `numbers`.
    init(below bound: Int, _ numbers: some Sequence<UInt32>) {
        self.init(below: bound)
        for number in numbers { self[Int(number)] = true }
    }

    subscript(number: Int) -> Bool {
        get { words[number / 64] >> UInt64(number % 64) & 1 != 0 }
        set {
            let mask = 1 << UInt64(number % 64) as UInt64
            if newValue { words[number / 64] |= mask } else { words[number / 64] &= ~mask }
        }
    }

    func intersection(_ other: BitSet) -> BitSet { combined(with: other, &) }

    func union(_ other: BitSet) -> BitSet { combined(with: other, |) }

    func subtracting(_ other: BitSet) -> BitSet { combined(with: other) { $0 & ~$1 } }

    private func combined(with other: BitSet, _ join: (UInt64, UInt64) -> UInt64) -> BitSet {
        var result = self
        for index in result.words.indices {
            result.words[index] = join(result.words[index], other.words[index])
        }
        return result
    }

    /// The members, ascending.
    var members: [Int] {
        var members: [Int] = []
        for (index, word) in words.enumerated() {
            var rest = word
            while rest != 0 {
                members.append(index * 64 + rest.trailingZeroBitCount)
                rest &= rest - 1
            }
        }
        return members
    }
}
