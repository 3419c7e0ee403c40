import Packet

/// Merges the rules that match one pair of ends into a row: boundaries over services, with
/// verdicts.
struct RowBuilder {
    /// A row; `starts[i]` begins the services of `verdicts[i]`. The first start is 0.
    struct Row: Hashable {
        var starts: [UInt32] = []
        var verdicts: [UInt32] = []
    }

    /// Two rules of one tier that decide a service differently.
    struct Conflict: Hashable {
        let first: Int
        let second: Int
        let service: ServiceKey
    }

    private let rules: ChunkedArray<RuleBook.Rule>
    private let tiers: [PolicyTier]
    private let starts: [UInt32]
    private(set) var conflicts: [Conflict] = []

    /// - Parameter matching: the numbers of the rules, ascending, that is in the order of decision.
    static func row(
        _ book: RuleBook, matching: [Int], _ defaults: [PolicyTier: RuleBook.Default]
    ) -> (row: Row, conflicts: [Conflict]) {
        var builder = RowBuilder(book, matching)
        let row = builder.build(matching, defaults)
        return (row, builder.conflicts)
    }

    private init(_ book: RuleBook, _ matching: [Int]) {
        rules = book.rules
        tiers = book.scopes.map(\.tier)
        var starts: Set<UInt32> = [0]
        for rule in matching {
            for range in book.rules[rule].ranges {
                starts.insert(range.first.rawValue)
                if range.last.rawValue < 0xff_ffff { starts.insert(range.last.rawValue + 1) }
            }
        }
        self.starts = starts.sorted()
    }

    private mutating func build(
        _ matching: [Int], _ defaults: [PolicyTier: RuleBook.Default]
    ) -> Row {
        var decided = [Verdict?](repeating: nil, count: starts.count)
        for tier in PolicyTier.allCases.sorted() {
            let explicit = decide(matching.filter { tiers[rules[$0].file] == tier })
            let fallback = defaults[tier]?.verdict
            for index in decided.indices where decided[index] == nil {
                decided[index] = explicit[index].map { rules[$0].verdict } ?? fallback
            }
        }
        return merged(decided.map { $0 ?? .denyByDefault })
    }

    /// The rule of one tier that decides each segment: the first match of the first file that has
    /// one.
    private mutating func decide(_ matching: [Int]) -> [Int?] {
        var decided = [Int?](repeating: nil, count: starts.count)
        var rest = matching[...]
        while let first = rest.first {
            let file = rest.prefix { rules[$0].file == rules[first].file }
            rest = rest.dropFirst(file.count)
            for (index, rule) in firstMatches(of: file).enumerated() {
                guard let rule else { continue }
                if let earlier = decided[index] {
                    note(earlier, rule, at: index)
                } else {
                    decided[index] = rule
                }
            }
        }
        return decided
    }

    private mutating func note(_ first: Int, _ second: Int, at index: Int) {
        guard rules[first].action != rules[second].action else { return }
        conflicts.append(
            Conflict(
                first: first, second: second, service: ServiceKey(rawValue: starts[index])))
    }

    /// The first rule of one file for each segment. Painted segments are skipped from then on, so
    /// that the cost is about the number of segments, however many rules overlap.
    private func firstMatches(of file: ArraySlice<Int>) -> [Int?] {
        var painted = [Int?](repeating: nil, count: starts.count)
        var next = Array(0...starts.count)
        func free(from index: Int) -> Int {
            var index = index
            while next[index] != index {
                next[index] = next[next[index]]
                index = next[index]
            }
            return index
        }
        for rule in file {
            for range in rules[rule].ranges {
                let end = segment(after: range.last)
                var index = free(from: segment(of: range.first))
                while index < end {
                    painted[index] = rule
                    next[index] = index + 1
                    index = free(from: index)
                }
            }
        }
        return painted
    }

    private func segment(of service: ServiceKey) -> Int { lowerBound(service.rawValue) }

    private func segment(after service: ServiceKey) -> Int { lowerBound(service.rawValue + 1) }

    /// The first segment that begins at `value` or later.
    private func lowerBound(_ value: UInt32) -> Int {
        var low = 0
        var high = starts.count
        while low < high {
            let middle = (low + high) / 2
            if starts[middle] < value { low = middle + 1 } else { high = middle }
        }
        return low
    }

    private func merged(_ verdicts: [Verdict]) -> Row {
        var row = Row()
        for (start, verdict) in zip(starts, verdicts) where row.verdicts.last != verdict.rawValue {
            row.starts.append(start)
            row.verdicts.append(verdict.rawValue)
        }
        return row
    }
}
