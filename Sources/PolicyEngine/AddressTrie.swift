import Packet

/// Builds the IPv4 trie: 16 bits, then 8, then 8.
///
/// - Shape: 65,536 words for the upper half of the address, then blocks of 256. A word is a prefix
///   class, or, with bit 31 set, the offset of a block for the next octet.
struct AddressTrie {
    /// Set in a word that leads to a block.
    static let blockMark: UInt32 = 1 << 31

    private(set) var words = [UInt32](repeating: 0, count: 1 << 16)

    /// - Parameter intervals: the whole of IPv4, ascending.
    init(_ intervals: [PrefixPartition.Interval]) {
        for (index, interval) in intervals.enumerated() {
            let next = index + 1 < intervals.count ? intervals[index + 1].first : nil
            let first = UInt32(truncatingIfNeeded: interval.first.low)
            let last = next.map { UInt32(truncatingIfNeeded: $0.low) &- 1 } ?? .max
            fill(first...last, with: UInt32(interval.prefixClass), Level(base: 0, shift: 16))
        }
    }

    /// A block whose entries each stand for `1 << shift` addresses.
    private struct Level {
        let base: Int
        let shift: UInt32
    }

    /// Writes `leaf` for the addresses of `range`, counted from the first one of the level.
    private mutating func fill(_ range: ClosedRange<UInt32>, with leaf: UInt32, _ level: Level) {
        let span = (1 << level.shift) - 1 as UInt32
        for entry in range.lowerBound >> level.shift...range.upperBound >> level.shift {
            let start = entry << level.shift
            let low = max(range.lowerBound, start) - start
            let high = min(range.upperBound, start + span) - start
            if low == 0, high == span {
                words[level.base + Int(entry)] = leaf
            } else {
                let block = block(at: level.base + Int(entry))
                fill(low...high, with: leaf, Level(base: block, shift: level.shift - 8))
            }
        }
    }

    /// The block that the word at `index` leads to, made where there is none.
    private mutating func block(at index: Int) -> Int {
        let word = words[index]
        if word & Self.blockMark != 0 { return Int(word & ~Self.blockMark) }
        words[index] = UInt32(words.count) | Self.blockMark
        words.append(contentsOf: repeatElement(word, count: 256))
        return words.count - 256
    }
}
