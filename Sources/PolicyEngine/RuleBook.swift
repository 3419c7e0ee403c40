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

        /// What the rule decides; a `pass` decides nothing.
        var verdict: Verdict? { action.verdict(by: id, logging: logging) }
    }

    /// A file's default.
    struct Default: Hashable, Sendable {
        let id: RuleID
        let action: RuleAction
        let logging: Verdict.Logging

        /// What the default decides; a `pass` decides nothing.
        var verdict: Verdict? { action.verdict(by: id, logging: logging) }
    }

    /// A file: which rules are its own, and the node of its `for`.
    struct Scope: Sendable {
        let tier: PolicyTier
        let selector: Int
        let rules: Range<Int>
        let fallback: Default?
        /// What its rules say.
        let actions: Set<RuleAction>

        /// Whether a rule says `pass`: the next tier may then decide.
        var hasPass: Bool { actions.contains(.pass) }
    }

    private(set) var graph = SelectorGraph()
    private(set) var rules: ChunkedArray<Rule> = []
    private(set) var scopes: [Scope] = []
    private(set) var descriptions: ChunkedArray<RuleDescription> = [.builtIn]
    /// The files, in the order of `scopes`.
    let files: [PolicyFile]
    /// The rules by their sides.
    private(set) var index = RuleIndex()

    init(_ files: [PolicyFile]) {
        self.files = files.sorted {
            ($0.tier.rank, $0.name.value) < ($1.tier.rank, $1.name.value)
        }
        for (number, file) in self.files.enumerated() { append(file, number) }
        graph.freeze()
        index = RuleIndex(rules, nodeCount: graph.nodeCount)
    }

    private mutating func append(_ file: PolicyFile, _ number: Int) {
        var groups: [String: Int] = [:]
        for group in file.groups {
            groups[group.name.value] = graph.node(of: group.members, groups: groups)
        }
        let services = Dictionary(
            file.services.map { ($0.name.value, $0.terms) }, uniquingKeysWith: { first, _ in first }
        )
        let start = rules.count
        for (offset, rule) in file.rules.enumerated() {
            let name = rule.name?.value ?? "#\(offset + 1)"
            rules.append(
                Rule(
                    id: describe(name, file, (rule.position.line, rule.text)), file: number,
                    action: rule.action, logging: rule.logging,
                    senders: graph.node(of: rule.senders, groups: groups),
                    receivers: graph.node(of: rule.receivers, groups: groups),
                    ranges: ServiceRange.union(of: rule.services, services)))
        }
        let fallback = file.defaultRule.map { rule in
            Default(
                id: describe("default", file, (rule.position.line, rule.text)),
                action: rule.action, logging: rule.logging)
        }
        scopes.append(
            Scope(
                tier: file.tier, selector: graph.node(of: file.selector, groups: groups),
                rules: start..<rules.count, fallback: fallback,
                actions: Set(file.rules.map(\.action))))
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

extension RuleAction {
    /// The verdict of a rule with this action; nil for `pass`.
    func verdict(by rule: RuleID, logging: Verdict.Logging) -> Verdict? {
        var traits = Verdict.Traits()
        traits.logging = logging
        return switch self {
        case .allow: Verdict(.allow, by: rule, traits)
        case .deny: Verdict(.deny, by: rule, traits)
        case .reject: Verdict(.reject, by: rule, traits)
        case .pass: nil
        }
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

    private static func merged(_ ranges: [ServiceRange]) -> [ServiceRange] {
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
