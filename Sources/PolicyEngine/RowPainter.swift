import Packet

/// Rows that say for each service which of some rules decides first, and nothing of the rest.
///
/// In such a row a rule stands as its verdict; one that passes with ``Verdict/passAction`` as its
/// action. Services that no rule speaks of are all ones, or lie before the first start.
struct RowPainter {
    private static let open = UInt32.max

    private let rules: ChunkedArray<RuleBook.Rule>

    init(_ book: RuleBook) { rules = book.rules }

    /// - Parameter matching: the numbers of the rules, in the order of decision.
    func row(_ matching: some RandomAccessCollection<UInt32>) -> RowBuilder.Row {
        var row = RowBuilder.Row()
        if matching.count == 1, let number = matching.first {
            let rule = rules[Int(number)]
            for range in rule.ranges { Self.add(range, rule.word, to: &row) }
            return row
        }
        let starts = starts(matching)
        var words = [UInt32](repeating: Self.open, count: starts.count)
        var next = Array(0...starts.count)
        for number in matching {
            let rule = rules[Int(number)]
            for range in rule.ranges {
                let end = starts.place(of: range.last.rawValue + 1)
                var index = Self.free(starts.place(of: range.first.rawValue), &next)
                while index < end {
                    words[index] = rule.word
                    next[index] = index + 1
                    index = Self.free(index, &next)
                }
            }
        }
        for (start, word) in zip(starts, words) where word != row.verdicts.last ?? Self.open {
            row.starts.append(start)
            row.verdicts.append(word)
        }
        return row
    }

    private func starts(_ matching: some RandomAccessCollection<UInt32>) -> [UInt32] {
        var all: [UInt32] = []
        for number in matching {
            for range in rules[Int(number)].ranges {
                all.append(range.first.rawValue)
                if range.last.rawValue < 0xff_ffff { all.append(range.last.rawValue + 1) }
            }
        }
        all.sort()
        var kept: [UInt32] = []
        kept.reserveCapacity(all.count)
        for start in all where kept.last != start { kept.append(start) }
        return kept
    }

    /// The first segment from `index` on that is not painted; shortens the way for the next time.
    private static func free(_ index: Int, _ next: inout [Int]) -> Int {
        var index = index
        while next[index] != index {
            next[index] = next[next[index]]
            index = next[index]
        }
        return index
    }

    private static func add(_ range: ServiceRange, _ word: UInt32, to row: inout RowBuilder.Row) {
        row.starts.append(range.first.rawValue)
        row.verdicts.append(word)
        guard range.last.rawValue < 0xff_ffff else { return }
        row.starts.append(range.last.rawValue + 1)
        row.verdicts.append(open)
    }
}

extension RuleBook.Rule {
    /// What the rule is in a row of the chained form.
    var word: UInt32 { decision.verdict?.rawValue ?? id.rawValue << 6 | Verdict.passAction }
}

extension Verdict {
    /// What stands for the action where a rule of a chained row says `pass`.
    @inlinable static var passAction: UInt32 { 3 }
}
