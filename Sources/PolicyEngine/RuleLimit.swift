/// A rule that allows only so many new connections a second.
package struct RuleLimit: Hashable, Sendable {
    /// The rule.
    package let rule: RuleID
    /// How many new connections a second it allows.
    package let perSecond: UInt32
    /// What the rule is known by from one compilation to the next: its policy with its name or, when
    /// it has none, its sentence.
    package let key: String
}

extension CompiledPolicy {
    /// The rules with a limit, in the order of decision.
    package var limits: [RuleLimit] {
        var limits: [RuleLimit] = []
        var number = UInt32(1)  // 0 is the built-in denial
        for file in files {
            for rule in file.rules {
                if let limit = rule.limit {
                    limits.append(
                        RuleLimit(
                            rule: RuleID(rawValue: number), perSecond: limit,
                            key: "\(file.name.value)/\(rule.name?.value ?? rule.text)"))
                }
                number += 1
            }
            if file.defaultRule != nil { number += 1 }
        }
        return limits
    }
}
