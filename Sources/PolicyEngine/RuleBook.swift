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
        fileprivate(set) var actions: Set<RuleAction>

        /// Whether a rule says `pass`: the next tier may then decide.
        var hasPass: Bool { actions.contains(.pass) }
    }

    private(set) var graph = SelectorGraph()
    private(set) var rules: ChunkedArray<Rule> = []
    private(set) var scopes: [Scope] = []
    private(set) var descriptions: ChunkedArray<RuleDescription> = [.builtIn]
    /// The files, in the order of `scopes`.
    private(set) var files: [PolicyFile]
    /// The rules by their sides.
    private(set) var index = RuleIndex()

    init(_ files: [PolicyFile]) {
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
            rules.append(read(rule, id, (number, names)))
        }
        let fallback = file.defaultRule.map { rule in
            Default(
                id: describe("default", file, (rule.position.line, rule.text)),
                action: rule.action, logging: rule.logging)
        }
        scopes.append(
            Scope(
                tier: file.tier, selector: graph.node(of: file.selector, groups: names.groups),
                rules: start..<rules.count, fallback: fallback,
                actions: Set(file.rules.map(\.action))))
    }

    /// What a file's own names stand for.
    private struct Names {
        let groups: [String: Int]
        let services: [String: [Located<ServiceTerm>]]
    }

    private mutating func names(of file: PolicyFile) -> Names {
        var groups: [String: Int] = [:]
        for group in file.groups {
            groups[group.name.value] = graph.node(of: group.members, groups: groups)
        }
        return Names(
            groups: groups,
            services: Dictionary(
                file.services.map { ($0.name.value, $0.terms) },
                uniquingKeysWith: { first, _ in first }))
    }

    private mutating func read(
        _ rule: PolicyRule, _ id: RuleID, _ place: (file: Int, names: Names)
    ) -> Rule {
        Rule(
            id: id, file: place.file, action: rule.action, logging: rule.logging,
            senders: graph.node(of: rule.senders, groups: place.names.groups),
            receivers: graph.node(of: rule.receivers, groups: place.names.groups),
            ranges: ServiceRange.union(of: rule.services, place.names.services))
    }

    private static func name(_ rule: PolicyRule, _ offset: Int) -> String {
        rule.name?.value ?? "#\(offset + 1)"
    }

    /// Takes `files` in place of the present ones, from which they differ in the rules of `changes`
    /// alone. The rules keep their numbers.
    ///
    /// - Returns: the numbers of the rules, with what they were.
    mutating func replace(
        _ files: [PolicyFile], _ changes: [PolicyChange.Rule]
    ) -> [(number: Int, old: Rule)] {
        self.files = files
        return changes.map { change in
            let file = files[change.file]
            let number = scopes[change.file].rules.lowerBound + change.index
            let old = rules[number]
            let rule = file.rules[change.index]
            let new = read(rule, old.id, (change.file, names(of: file)))
            rules[number] = new
            index.move(number, from: old, to: new)
            scopes[change.file].actions.insert(rule.action)
            descriptions[Int(old.id.rawValue)] = description(
                old.id, Self.name(rule, change.index), file, (rule.position.line, rule.text))
            return (number, old)
        }
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
