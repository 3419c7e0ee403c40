import ControlPlane
import PolicyEngine
import Testing

@Suite("FormerPolicies")
struct FormerPoliciesTests {
    /// A policy of `count` rules; the last one is named `name`.
    private func names(_ name: String, count: Int = 1) throws -> RuleNames {
        let others = (1..<max(count, 1)).map { "  - deny any -> any on tcp/\($0)\n" }.joined()
        let text =
            "policy: p\nfor: any\nrules:\n\(others)  - deny any -> any on udp/1 as \(name)\n"
        let sources = [StoredPolicy(path: "p.yaml", text: text)]
        return try PolicyBook(sources, for: PolicyUniverse()).names
    }

    private func name(_ number: UInt32, in generation: UInt32, _ former: FormerPolicies) -> String?
    {
        former.names(in: generation)?.rule(RuleID(rawValue: number)).name
    }

    @Test("a generation is told in the policy that was in force then")
    func findsGenerations() throws {
        var former = FormerPolicies()
        #expect(former.names(in: 7) == nil)
        let (a, b, c) = (try names("a"), try names("b"), try names("c"))
        former.add(a, since: 3, before: b)
        former.add(b, since: 5, before: c)
        #expect(name(1, in: 3, former) == "p/a" && name(1, in: 4, former) == "p/a")
        #expect(name(1, in: 5, former) == "p/b" && name(1, in: 99, former) == "p/b")
        #expect(former.names(in: 2) == nil, "before the first that is remembered")
        #expect(former.count == 2 && former.ruleCount == 2)
    }

    @Test("so many policies are kept, the oldest is forgotten first")
    func boundsPolicies() throws {
        var former = FormerPolicies()
        let (a, b) = (try names("a"), try names("b"))
        for generation in 1...UInt32(FormerPolicies.countMax + 1_000) {
            former.add(a, since: generation, before: b)
        }
        #expect(former.count == FormerPolicies.countMax)
        #expect(former.ruleCount == FormerPolicies.countMax)
        #expect(former.names(in: 1_000) == nil && former.names(in: 1_001) != nil)
    }

    @Test("so many rules are kept; what is shared is not counted, and the last policy stays")
    func boundsRules() throws {
        var former = FormerPolicies()
        let (large, small) = (try names("a", count: 10_001), try names("b"))
        for generation in 1...UInt32(60) { former.add(large, since: generation, before: small) }
        #expect(former.count == 19 && former.ruleCount == 19 * 10_001)
        former.add(large, since: 61, before: large)
        #expect(former.count == 20, "it shares every rule with its successor")
        #expect(former.ruleCount <= FormerPolicies.ruleCountMax)
    }
}
