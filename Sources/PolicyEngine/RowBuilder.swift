import Packet

/// Merges the rules that match one pair of ends into a row: boundaries over services, with
/// verdicts.
struct RowBuilder {
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
    /// The rules that decide nothing in the row, each with a rule above it of its file that takes
    /// the first of its services.
    private(set) var covered: [Int: Int] = [:]

    /// - Parameter matching: the numbers of the rules, ascending, that is in the order of decision.
    static func row(
        _ book: RuleBook, matching: [Int], _ chain: DefaultChain
    ) -> (row: ServiceSteps, conflicts: [Conflict], covered: [Int: Int]) {
        var builder = RowBuilder(book, matching)
        let row = builder.build(matching, chain)
        return (row, builder.conflicts, builder.covered)
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

    /// What the rules of one tier say of each segment.
    private struct Matches {
        /// The first rule that matched, in whatever mode its file is: conflicts are judged by it.
        var first: [Int?]
        /// The first rule that matched and is not only recorded.
        var deciding: [Int?]
        /// The rules before it that are only recorded, by segment.
        var recorded: [Int: [Int]] = [:]
    }

    private mutating func build(_ matching: [Int], _ chain: DefaultChain) -> ServiceSteps {
        var decided = [Verdict?](repeating: nil, count: starts.count)
        var recorded: [Int: Verdict] = [:]
        for tier in PolicyTier.allCases.sorted() {
            let matches = decide(matching.filter { tiers[rules[$0].file] == tier })
            let defaults = chain.defaults[tier] ?? []
            for index in decided.indices where decided[index] == nil {
                let segment = decision(of: index, matches, defaults)
                decided[index] = segment.verdict
                recorded[index] = recorded[index] ?? segment.recorded
            }
        }
        return merged(
            decided.indices.map { chain.verdict(decided[$0], recorded: recorded[$0]) })
    }

    /// What one tier decides about a segment, and the first refusal there that is only recorded. A
    /// file whose refusal is recorded decides nothing more in the tier, as if it were not there.
    private func decision(
        of index: Int, _ matches: Matches, _ defaults: [RuleBook.Default]
    ) -> (verdict: Verdict?, recorded: Verdict?) {
        let refusals = matches.recorded[index] ?? []
        var recorded = refusals.first.map { rules[$0].decision.recorded }
        if let rule = matches.deciding[index] { return (rules[rule].decision.verdict, recorded) }
        for fallback in defaults {
            if refusals.contains(where: { rules[$0].file == fallback.file }) { continue }
            let decision = fallback.decision
            guard decision.isOnlyRecorded else { return (decision.verdict, recorded) }
            recorded = recorded ?? decision.recorded
        }
        return (nil, recorded)
    }

    /// The rules of one tier that match each segment: of each file the first.
    private mutating func decide(_ matching: [Int]) -> Matches {
        let none = [Int?](repeating: nil, count: starts.count)
        var matches = Matches(first: none, deciding: none)
        var rest = matching[...]
        while let first = rest.first {
            let file = rest.prefix { rules[$0].file == rules[first].file }
            rest = rest.dropFirst(file.count)
            for (index, rule) in firstMatches(of: file).enumerated() {
                guard let rule else { continue }
                if let earlier = matches.first[index] {
                    note(earlier, rule, at: index)
                } else {
                    matches.first[index] = rule
                }
                guard matches.deciding[index] == nil else { continue }
                if rules[rule].decision.isOnlyRecorded {
                    matches.recorded[index, default: []].append(rule)
                } else {
                    matches.deciding[index] = rule
                }
            }
        }
        return matches
    }

    private mutating func note(_ first: Int, _ second: Int, at index: Int) {
        guard rules[first].action != rules[second].action else { return }
        conflicts.append(
            Conflict(
                first: first, second: second, service: ServiceKey(rawValue: starts[index])))
    }

    /// The first rule of one file for each segment. Painted segments are skipped from then on, so
    /// that the cost is about the number of segments, however many rules overlap.
    private mutating func firstMatches(of file: ArraySlice<Int>) -> [Int?] {
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
            var decidesNothing = true
            for range in rules[rule].ranges {
                let end = segment(after: range.last)
                var index = free(from: segment(of: range.first))
                while index < end {
                    painted[index] = rule
                    decidesNothing = false
                    next[index] = index + 1
                    index = free(from: index)
                }
            }
            if decidesNothing, let first = rules[rule].ranges.first {
                covered[rule] = painted[segment(of: first.first)]
            }
        }
        return painted
    }

    private func segment(of service: ServiceKey) -> Int { starts.place(of: service.rawValue) }

    private func segment(after service: ServiceKey) -> Int {
        starts.place(of: service.rawValue + 1)
    }

    private func merged(_ verdicts: [Verdict]) -> ServiceSteps {
        var row = ServiceSteps()
        for (start, verdict) in zip(starts, verdicts) { row.append(start, verdict.rawValue) }
        return row
    }
}
