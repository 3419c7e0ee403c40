/// Which rules decide anything at some port, as far as their own file is concerned.
struct RuleUsage {
    /// The rule above a rule that takes all of it.
    struct Cover {
        /// One of the rules above; where `isAlone`, the only one that is needed.
        let rule: Int
        let isAlone: Bool
    }

    /// The files that select a VM.
    var files: Set<Int> = []
    /// Whether a rule matches any connection, by its number.
    private(set) var isSeen: [Bool]
    /// Whether a rule is the first of its file to match anything.
    private(set) var isUsed: [Bool]
    /// What takes the rules that decide nothing in some row.
    private(set) var covers: [Int: Cover] = [:]

    init(ruleCount: Int) {
        isSeen = [Bool](repeating: false, count: ruleCount)
        isUsed = isSeen
    }

    /// Notes the rules that match one pair of classes, and for each that decides nothing there a
    /// rule above it which takes the first of its services. The order of the calls does not matter.
    mutating func note(_ rules: [Int], covered: [Int: Int], _ book: RuleBook) {
        for rule in rules {
            isSeen[rule] = true
            guard !isUsed[rule] else { continue }
            guard let above = covered[rule] else {
                isUsed[rule] = true
                covers[rule] = nil
                continue
            }
            let isAlone = book.rules[above].covers(book.rules[rule])
            let known = covers[rule]
            covers[rule] = Cover(
                rule: min(known?.rule ?? above, above),
                isAlone: isAlone && (known.map { $0.isAlone && $0.rule == above } ?? true))
        }
    }
}

extension RuleBook.Rule {
    /// Whether this rule has every service of `other`. Ranges neither touch nor overlap, so each
    /// must lie within one.
    fileprivate func covers(_ other: RuleBook.Rule) -> Bool {
        var index = 0
        return other.ranges.allSatisfy { range in
            while index < ranges.count, ranges[index].last < range.first { index += 1 }
            return index < ranges.count && ranges[index].first <= range.first
                && range.last <= ranges[index].last
        }
    }
}
