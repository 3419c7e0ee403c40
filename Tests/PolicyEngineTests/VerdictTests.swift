import PolicyEngine
import Testing

@Suite struct VerdictTests {
    @Test("verdicts keep action, traits and rule in 32 bits")
    func packsVerdicts() {
        for action in [Verdict.Action.deny, .allow, .reject] {
            for number in [0, 1, 77, (1 << 26) - 1] as [UInt32] {
                for traits in everyTraits {
                    let verdict = Verdict(action, by: RuleID(rawValue: number), traits)
                    #expect(verdict.action == action && verdict.rule.rawValue == number)
                    #expect(verdict.logging == traits.logging)
                    #expect(verdict.isLogged == (traits.logging != .none))
                    #expect(verdict.isAudited == traits.isAudited)
                    #expect(verdict.isLimited == traits.isLimited)
                }
            }
        }
        #expect(Verdict.denyByDefault.action == .deny && Verdict.denyByDefault.rule == .builtIn)
    }

    private var everyTraits: [Verdict.Traits] {
        [Verdict.Logging.none, .every, .sampled].flatMap { logging in
            (0..<4).map { bits in
                var traits = Verdict.Traits()
                traits.logging = logging
                traits.isAudited = bits & 1 != 0
                traits.isLimited = bits & 2 != 0
                return traits
            }
        }
    }
}
