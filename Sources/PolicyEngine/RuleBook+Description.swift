// The rules, as people know them.
extension RuleBook {
    /// The rule as it stands in its file.
    func source(of number: Int) -> PolicyRule? {
        let file = rules[number].file
        return scopes[file].numbers.index(of: number).map { files[file].rules[$0] }
    }

    /// The rule or default with this number; the built-in denial when there is none.
    func description(of id: RuleID) -> RuleDescription {
        guard rules.indices.contains(id.number) else { return .builtIn }
        let file = rules[id.number].file
        return files[file].description(of: id, scopes[file].numbers) ?? .builtIn
    }

    /// The numbers of the built-in denial, and of every rule and default, in verdicts.
    var ids: [RuleID] {
        [.builtIn]
            + scopes.flatMap { scope in
                scope.numbers.list.map { RuleID(number: Int($0)) }
                    + (scope.fallback.map { [$0.id] } ?? [])
            }
    }
}

extension PolicyFile {
    /// The rule or default with this number, where the file has `numbers`; nil when none has it.
    func description(of id: RuleID, _ numbers: RuleNumbers) -> RuleDescription? {
        if let index = numbers.index(of: id.number) {
            let rule = rules[index]
            return description(
                id, rule.name?.value ?? "#\(index + 1)",
                (rule.position.line, rule.text, rule.action))
        }
        guard id.number == numbers.ofDefault, let rule = defaultRule else { return nil }
        return description(id, "default", (rule.position.line, rule.text, rule.action))
    }

    private func description(
        _ id: RuleID, _ name: String, _ origin: (line: Int, text: String, action: RuleAction)
    ) -> RuleDescription {
        RuleDescription(
            id: id, policy: self.name.value, name: "\(self.name.value)/\(name)",
            file: source.path, line: origin.line, text: origin.text, action: origin.action,
            tier: tier)
    }
}
