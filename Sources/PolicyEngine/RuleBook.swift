import Packet

/// The rules of all files in the order of decision: tier, then policy name, then place in the file.
///
/// A rule's number is its place in ``rules``, which has vacant places too (``RuleNumbers``).
struct RuleBook: Sendable {
    /// A rule whose peers are nodes and whose services are ranges.
    struct Rule: Sendable {
        let id: RuleID
        let file: Int
        let action: RuleAction
        let logging: Verdict.Logging
        let senders: Int
        let receivers: Int
        let ranges: [ServiceRange]
        /// Whether the rule allows only so many new connections a second.
        let isLimited: Bool
        /// Whether its file is in audit mode.
        let isAudited: Bool
        /// Whether its last day is over, or the place is vacant: then it stands in no table.
        let isExpired: Bool

        /// Whether no rule is in this place; it may be that of a default.
        var isVacant: Bool { ranges.isEmpty }

        var decision: RuleDecision {
            RuleDecision(
                id: id, action: action, logging: logging, isLimited: isLimited,
                isAudited: isAudited)
        }
    }

    /// A file's default.
    struct Default: Hashable, Sendable {
        let id: RuleID
        let file: Int
        let action: RuleAction
        let logging: Verdict.Logging
        /// Whether its file is in audit mode.
        let isAudited: Bool

        var decision: RuleDecision {
            RuleDecision(
                id: id, action: action, logging: logging, isLimited: false, isAudited: isAudited)
        }
    }

    /// A file: which rules are its own, and the node of its `for`.
    struct Scope: Sendable {
        let tier: PolicyTier
        let selector: Int
        fileprivate(set) var numbers: RuleNumbers
        let fallback: Default?
        /// Whether it is in audit mode.
        let isAudited: Bool
        /// What its rules say.
        fileprivate(set) var actions: Set<RuleAction>

        /// Whether a rule says `pass`: the next tier may then decide.
        var hasPass: Bool { actions.contains(.pass) }
    }

    private(set) var graph = SelectorGraph()
    private(set) var rules: ChunkedArray<Rule> = []
    private(set) var scopes: [Scope] = []
    /// The files, in the order of `scopes`.
    private(set) var files: [PolicyFile]
    /// The rules in force by their sides.
    private(set) var index = RuleIndex()
    /// The limits of the rules in force.
    private(set) var limits: [RuleID: RuleLimit] = [:]
    /// The earliest last day among the rules in force.
    private(set) var nextExpiry: PolicyDay?
    /// The day on which the rules hold.
    let today: PolicyDay

    /// No rules.
    static let empty = RuleBook([], today: PolicyDay(number: 0))

    /// The rules of `files` as they hold on the day `today`. If the files are those of `former`,
    /// the rules have the numbers that they have there.
    init(_ files: [PolicyFile], today: PolicyDay, after former: RuleBook? = nil) {
        self.today = today
        self.files = Self.sorted(files)
        let numbers = former.flatMap { $0.hasSameRules(as: self.files) ? $0.scopes : nil }
        graph.reserve(2 * files.reduce(0) { $0 + $1.rules.count })
        for (number, file) in self.files.enumerated() {
            append(file, number, numbers?[number].numbers)
        }
        graph.freeze()
        index = RuleIndex(rules, nodeCount: graph.nodeCount)
    }

    /// How many rules there are.
    var ruleCount: Int { scopes.reduce(0) { $0 + $1.numbers.list.count } }

    /// The files in the order of decision.
    static func sorted(_ files: [PolicyFile]) -> [PolicyFile] {
        files.sorted { ($0.tier.rank, $0.name.value) < ($1.tier.rank, $1.name.value) }
    }

    /// Whether the rules are those of `others` themselves, in the same files.
    private func hasSameRules(as others: [PolicyFile]) -> Bool {
        files.elementsEqual(others) {
            $0.name.value == $1.name.value && $0.rules.isSameMemory(as: $1.rules)
        }
    }

    private mutating func append(
        _ file: PolicyFile, _ number: Int, _ known: RuleNumbers?
    ) {
        let names = names(of: file)
        let numbers = known ?? RuleNumbers(from: rules.count, count: file.rules.count)
        for (rule, place) in zip(file.rules, numbers.list) {
            while rules.count < place { appendVacant(number) }
            let id = RuleID(number: Int(place))
            rules.append(read(rule, id, (number, names)))
            noteTerms(of: rule, id, file)
        }
        while rules.count < numbers.ofDefault { appendVacant(number) }
        let fallback = file.defaultRule.map { rule in
            Default(
                id: RuleID(number: numbers.ofDefault), file: number, action: rule.action,
                logging: rule.logging, isAudited: file.mode == .audit)
        }
        appendVacant(number, fallback?.action ?? .deny)
        scopes.append(
            Scope(
                tier: file.tier, selector: graph.node(of: file.selector, groups: names.groups),
                numbers: numbers, fallback: fallback, isAudited: file.mode == .audit,
                actions: Set(file.rules.map(\.action))))
    }

    private mutating func appendVacant(_ file: Int, _ action: RuleAction = .deny) {
        rules.append(.vacant(RuleID(number: rules.count), file, action))
    }

    /// What a file's own names stand for.
    private struct Names {
        let groups: [String: Int]
        let services: [String: [Located<ServiceTerm>]]
    }

    private mutating func names(of file: PolicyFile) -> Names {
        Names(groups: graph.nodes(ofGroupsIn: file), services: file.termsOfServices)
    }

    private mutating func read(
        _ rule: PolicyRule, _ id: RuleID, _ place: (file: Int, names: Names)
    ) -> Rule {
        Rule(
            id: id, file: place.file, action: rule.action, logging: rule.logging,
            senders: graph.node(of: rule.senders, groups: place.names.groups),
            receivers: graph.node(of: rule.receivers, groups: place.names.groups),
            ranges: ServiceRange.union(of: rule.services, place.names.services),
            isLimited: rule.limit != nil, isAudited: files[place.file].mode == .audit,
            isExpired: isExpired(rule))
    }

    private func isExpired(_ rule: PolicyRule) -> Bool {
        rule.lastDay.map { $0.value < today } ?? false
    }

    /// Takes `files` in place of the present ones, from which they differ in the rules of `hunks`
    /// alone.
    ///
    /// - Returns: all numbers whose rules are others now, and perhaps some of their neighbours,
    ///   with what they were; nil when too many are, and the book is of no use any more.
    mutating func replace(
        _ files: [PolicyFile], _ hunks: [RuleDifference.Hunk]
    ) -> [(number: Int, old: Rule)]? {
        let former = self.files
        self.files = files
        var places: [(file: Int, numbers: Range<Int>)] = []
        for hunk in hunks.reversed() {
            guard let numbers = scopes[hunk.file].numbers.replace(hunk.old, with: hunk.new.count)
            else { return nil }
            places.append((hunk.file, numbers))
        }
        var moved: [(number: Int, old: Rule)] = []
        var namesOfFile: [Int: Names] = [:]
        for (file, numbers) in places {
            let names = namesOfFile[file] ?? names(of: files[file])
            namesOfFile[file] = names
            for number in numbers { replace(number, of: file, names, &moved) }
        }
        let hadTerm = hunks.contains { hunk in
            former[hunk.file].rules[hunk.old].contains { $0.lastDay != nil }
        }
        if hadTerm { nextExpiry = nextExpiryOfAll }
        return moved
    }

    /// Puts the rule there that has this number now, if one has.
    private mutating func replace(
        _ number: Int, of file: Int, _ names: Names, _ moved: inout [(number: Int, old: Rule)]
    ) {
        let (old, id) = (rules[number], RuleID(number: number))
        let index = scopes[file].numbers.index(of: number)
        guard index != nil || !old.isVacant else { return }
        limits[id] = nil
        if let index {
            let rule = files[file].rules[index]
            rules[number] = read(rule, id, (file, names))
            scopes[file].actions.insert(rule.action)
            noteTerms(of: rule, id, files[file])
        } else {
            rules[number] = .vacant(id, file)
        }
        self.index.move(number, from: old, to: rules[number])
        moved.append((number, old))
    }

    private var nextExpiryOfAll: PolicyDay? {
        files.lazy.flatMap(\.rules).compactMap { $0.lastDay?.value }.filter { $0 >= today }.min()
    }

    /// Notes the limit and the last day of a rule that is in force.
    private mutating func noteTerms(of rule: PolicyRule, _ id: RuleID, _ file: PolicyFile) {
        guard !isExpired(rule) else { return }
        if let limit = rule.limit {
            limits[id] = RuleLimit(perSecond: limit, key: "\(file.name.value): \(rule.text)")
        }
        if let day = rule.lastDay?.value { nextExpiry = min(nextExpiry ?? day, day) }
    }
}

extension RuleID {
    /// That of the rule or default with this number in a book.
    init(number: Int) { self.init(rawValue: UInt32(number + 1)) }

    /// The number in the book of what it is of; -1: the built-in denial.
    var number: Int { Int(rawValue) - 1 }
}

extension RuleBook.Rule {
    /// A place without a rule; `action` is that of the default whose place it is.
    fileprivate static func vacant(
        _ id: RuleID, _ file: Int, _ action: RuleAction = .deny
    ) -> RuleBook.Rule {
        RuleBook.Rule(
            id: id, file: file, action: action, logging: .none, senders: 0, receivers: 0,
            ranges: [], isLimited: false, isAudited: false, isExpired: true)
    }
}

extension ServiceRange {
    /// What an `on` clause covers, as ranges that neither touch nor overlap, ascending.
    static func union(
        of terms: [Located<ServiceTerm>], _ services: [String: [Located<ServiceTerm>]]
    ) -> [ServiceRange] {
        guard !terms.isEmpty else { return [.all] }
        if terms.count == 1, case .range(let range) = terms[0].value { return [range] }
        let ranges = terms.flatMap { term in
            switch term.value {
            case .any: [ServiceRange.all]
            case .range(let range): [range]
            case .named(let name): union(of: services[name] ?? [], [:])
            }
        }
        return merged(ranges)
    }

    /// The same services, as ranges that neither touch nor overlap, ascending.
    static func merged(_ ranges: [ServiceRange]) -> [ServiceRange] {
        var merged: [ServiceRange] = []
        for range in ranges.sorted(by: { $0.first < $1.first }) {
            guard let last = merged.last, range.first.rawValue <= last.last.rawValue + 1 else {
                merged.append(range)
                continue
            }
            merged[merged.count - 1] = ServiceRange(last.first, max(last.last, range.last))
        }
        return merged
    }
}
