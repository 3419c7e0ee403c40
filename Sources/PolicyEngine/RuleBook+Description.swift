// The rules, as people know them.
extension RuleBook {
    /// The rule as it stands in its file.
    func source(of number: Int) -> PolicyRule? {
        let file = rules[number].file
        return scopes[file].numbers.index(of: number).map { files[file].rules[$0] }
    }

    /// The rule or default with this number; the built-in denial when there is none.
    func description(of id: RuleID) -> RuleDescription {
        let number = Int(id.rawValue) - 1
        guard rules.indices.contains(number) else { return .builtIn }
        let file = rules[number].file
        if let index = scopes[file].numbers.index(of: number) {
            let rule = files[file].rules[index]
            return description(
                id, rule.name?.value ?? "#\(index + 1)", (rule.position.line, rule.text), file)
        }
        guard scopes[file].fallback?.id == id, let rule = files[file].defaultRule else {
            return .builtIn
        }
        return description(id, "default", (rule.position.line, rule.text), file)
    }

    private func description(
        _ id: RuleID, _ name: String, _ origin: (line: Int, text: String), _ number: Int
    ) -> RuleDescription {
        let file = files[number]
        return RuleDescription(
            id: id, policy: file.name.value, name: "\(file.name.value)/\(name)",
            file: file.source.path, line: origin.line, text: origin.text, tier: file.tier)
    }

    /// The numbers of the built-in denial, and of every rule and default, in verdicts.
    var ids: [RuleID] {
        [.builtIn]
            + scopes.flatMap { scope in
                scope.numbers.list.map { RuleID(rawValue: $0 + 1) }
                    + (scope.fallback.map { [$0.id] } ?? [])
            }
    }
}
