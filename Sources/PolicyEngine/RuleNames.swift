/// What names the rules of a policy by their numbers, without its tables: for verdicts that outlive
/// it.
///
/// - Memory: the rules as they were parsed. Those of a file that was handed on to another policy
///   are shared with it.
public struct RuleNames: Sendable {
    private struct Entry: Sendable {
        /// Without its text.
        let file: PolicyFile
        let numbers: RuleNumbers
    }

    /// The files, in the order of their numbers.
    private let entries: [Entry]

    /// The names of the rules of `policy`.
    public init(_ policy: CompiledPolicy) {
        entries = zip(policy.book.files, policy.book.scopes).map { file, scope in
            var file = file
            file.source = PolicySource(path: file.source.path, text: "")
            return Entry(file: file, numbers: scope.numbers)
        }
    }

    /// The rule with this number, as ``CompiledPolicy/rule(_:)`` tells it.
    public func rule(_ id: RuleID) -> RuleDescription {
        guard let entry = entry(of: id) else { return .builtIn }
        return entry.file.description(of: id, entry.numbers) ?? .builtIn
    }

    /// Whether the rule with this number refuses. If a connection passes by it nevertheless, its
    /// file was in audit mode.
    public func refuses(_ id: RuleID) -> Bool {
        guard let entry = entry(of: id) else { return true }
        let rule = entry.numbers.index(of: id.number).map { entry.file.rules[$0].action }
        let action = rule ?? entry.file.defaultRule?.action ?? .deny
        return action == .deny || action == .reject
    }

    /// Whether every number stands for the same rule in both.
    public func isSame(as other: RuleNames) -> Bool {
        entries.elementsEqual(other.entries) {
            $0.numbers == $1.numbers && $0.file.names(rulesAs: $1.file)
        }
    }

    /// How many rules are not shared with `other`.
    public func ruleCount(besides other: RuleNames) -> Int {
        let others = Dictionary(
            other.entries.map { ($0.file.name.value, $0.file.rules) },
            uniquingKeysWith: { first, _ in first })
        return entries.reduce(0) { sum, entry in
            let rules = entry.file.rules
            let isShared = others[entry.file.name.value]?.isSameMemory(as: rules) ?? false
            return sum + (isShared ? 0 : rules.count)
        }
    }

    private func entry(of id: RuleID) -> Entry? {
        entries.first { $0.numbers.range.contains(id.number) }
    }
}

extension PolicyFile {
    /// Whether the rules of both are the same, and are named alike.
    fileprivate func names(rulesAs other: PolicyFile) -> Bool {
        source.path == other.source.path && name.value == other.name.value && tier == other.tier
            && rules.isSameMemory(as: other.rules)
            && defaultRule?.text == other.defaultRule?.text
            && defaultRule?.position == other.defaultRule?.position
    }
}
