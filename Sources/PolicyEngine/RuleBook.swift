import Packet

/// The rules of all files in the order of decision: tier, then policy name, then place in the file.
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
        /// Whether its last day is over: then it stands in no table.
        let isExpired: Bool

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
        let rules: Range<Int>
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
    private(set) var descriptions: ChunkedArray<RuleDescription> = [.builtIn]
    /// What each of the described rules does, as its file says it.
    private(set) var actions = [RuleAction.deny]
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

    /// The rules of `files` as they hold on the day `today`.
    init(_ files: [PolicyFile], today: PolicyDay) {
        self.today = today
        self.files = Self.sorted(files)
        for (number, file) in self.files.enumerated() { append(file, number) }
        graph.freeze()
        index = RuleIndex(rules, nodeCount: graph.nodeCount)
    }

    /// The files in the order of decision.
    static func sorted(_ files: [PolicyFile]) -> [PolicyFile] {
        files.sorted { ($0.tier.rank, $0.name.value) < ($1.tier.rank, $1.name.value) }
    }

    private mutating func append(_ file: PolicyFile, _ number: Int) {
        let names = names(of: file)
        let start = rules.count
        for (offset, rule) in file.rules.enumerated() {
            let id = describe(Self.name(rule, offset), file, (rule.position.line, rule.text))
            actions.append(rule.action)
            rules.append(read(rule, id, (number, names)))
            noteTerms(of: rule, id, file)
        }
        let fallback = file.defaultRule.map { rule in
            Default(
                id: describe("default", file, (rule.position.line, rule.text)), file: number,
                action: rule.action, logging: rule.logging, isAudited: file.mode == .audit)
        }
        if let fallback { actions.append(fallback.action) }
        scopes.append(
            Scope(
                tier: file.tier, selector: graph.node(of: file.selector, groups: names.groups),
                rules: start..<rules.count, fallback: fallback, isAudited: file.mode == .audit,
                actions: Set(file.rules.map(\.action))))
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

    private static func name(_ rule: PolicyRule, _ offset: Int) -> String {
        rule.name?.value ?? "#\(offset + 1)"
    }

    /// Takes `files` in place of the present ones, from which they differ in the rules of `changes`
    /// alone. The rules keep their numbers.
    ///
    /// - Returns: the numbers of the rules, with what they were.
    mutating func replace(
        _ files: [PolicyFile], _ changes: [RulePlace]
    ) -> [(number: Int, old: Rule)] {
        let former = self.files
        self.files = files
        let moved = changes.map { change in
            let file = files[change.file]
            let number = scopes[change.file].rules.lowerBound + change.index
            let old = rules[number]
            let rule = file.rules[change.index]
            let new = read(rule, old.id, (change.file, names(of: file)))
            rules[number] = new
            index.move(number, from: old, to: new)
            scopes[change.file].actions.insert(rule.action)
            actions[Int(old.id.rawValue)] = rule.action
            limits[old.id] = nil
            noteTerms(of: rule, old.id, file)
            descriptions[Int(old.id.rawValue)] = description(
                old.id, Self.name(rule, change.index), file, (rule.position.line, rule.text))
            return (number, old)
        }
        let hadTerm = changes.contains {
            former[$0.file].rules[$0.index].lastDay != nil
        }
        if hadTerm { nextExpiry = nextExpiryOfAll }
        return moved
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

    /// Notes a rule and numbers it.
    private mutating func describe(
        _ name: String, _ file: PolicyFile, _ origin: (line: Int, text: String)
    ) -> RuleID {
        let id = RuleID(rawValue: UInt32(descriptions.count))
        descriptions.append(description(id, name, file, origin))
        return id
    }

    private func description(
        _ id: RuleID, _ name: String, _ file: PolicyFile, _ origin: (line: Int, text: String)
    ) -> RuleDescription {
        RuleDescription(
            id: id, policy: file.name.value, name: "\(file.name.value)/\(name)",
            file: file.source.path, line: origin.line, text: origin.text, tier: file.tier)
    }
}

extension ServiceRange {
    /// What an `on` clause covers, as ranges that neither touch nor overlap, ascending.
    static func union(
        of terms: [Located<ServiceTerm>], _ services: [String: [Located<ServiceTerm>]]
    ) -> [ServiceRange] {
        guard !terms.isEmpty else { return [.all] }
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
