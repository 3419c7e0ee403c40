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
    }

    private(set) var graph = SelectorGraph()
    private(set) var rules: [Rule] = []
    private(set) var scopes: [Scope] = []
    private(set) var descriptions = [RuleDescription.builtIn]
    /// What each of the described rules does, as its file says it.
    private(set) var actions = [RuleAction.deny]
    /// The files, in the order of `scopes`.
    let files: [PolicyFile]
    /// The rules by their sides.
    private(set) var index = SideIndex()
    /// The limits of the rules in force.
    private(set) var limits: [RuleID: RuleLimit] = [:]
    /// The earliest last day among the rules in force.
    private(set) var nextExpiry: PolicyDay?
    private let today: PolicyDay

    /// No rules.
    static let empty = RuleBook([], today: PolicyDay(number: 0))

    /// The rules of `files` as they hold on the day `today`.
    init(_ files: [PolicyFile], today: PolicyDay) {
        self.today = today
        self.files = files.sorted {
            ($0.tier.rank, $0.name.value) < ($1.tier.rank, $1.name.value)
        }
        for (number, file) in self.files.enumerated() { append(file, number) }
        index = SideIndex(rules, nodeCount: graph.nodes.count)
    }

    private mutating func append(_ file: PolicyFile, _ number: Int) {
        let groups = graph.nodes(ofGroupsIn: file)
        let services = file.termsOfServices
        let start = rules.count
        for (offset, rule) in file.rules.enumerated() {
            let name = rule.name?.value ?? "#\(offset + 1)"
            let id = describe(name, file, (rule.position.line, rule.text))
            actions.append(rule.action)
            let isExpired = rule.lastDay.map { $0.value < today } ?? false
            rules.append(
                Rule(
                    id: id, file: number, action: rule.action, logging: rule.logging,
                    senders: graph.node(of: rule.senders, groups: groups),
                    receivers: graph.node(of: rule.receivers, groups: groups),
                    ranges: ServiceRange.union(of: rule.services, services),
                    isLimited: rule.limit != nil, isAudited: file.mode == .audit,
                    isExpired: isExpired))
            if !isExpired { noteTerms(of: rule, id, file) }
        }
        append(file, number, graph.node(of: file.selector, groups: groups), start..<rules.count)
    }

    private mutating func append(
        _ file: PolicyFile, _ number: Int, _ selector: Int, _ rules: Range<Int>
    ) {
        let fallback = file.defaultRule.map { rule in
            Default(
                id: describe("default", file, (rule.position.line, rule.text)), file: number,
                action: rule.action, logging: rule.logging, isAudited: file.mode == .audit)
        }
        if let fallback { actions.append(fallback.action) }
        scopes.append(
            Scope(
                tier: file.tier, selector: selector, rules: rules, fallback: fallback,
                isAudited: file.mode == .audit))
    }

    private mutating func noteTerms(of rule: PolicyRule, _ id: RuleID, _ file: PolicyFile) {
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
        descriptions.append(
            RuleDescription(
                id: id, policy: file.name.value, name: "\(file.name.value)/\(name)",
                file: file.source.path, line: origin.line, text: origin.text, tier: file.tier))
        return id
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
