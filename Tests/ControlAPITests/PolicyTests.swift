import ControlAPI
import Testing

extension PolicySummary {
    /// A summary in which every field is set.
    static var sample: PolicySummary {
        var summary = PolicySummary(
            name: "shop", tier: "app", path: "policies/shop.yaml", rules: 5)
        summary.governs = ["web1", "db1"]
        summary.audited = true
        return summary
    }
}

extension PolicyShow {
    /// A policy in which every field is set.
    static var sample: PolicyShow {
        var policy = PolicyShow(
            name: "shop", tier: "app", path: "policies/shop.yaml", text: "policy: shop\n")
        policy.governs = ["web1"]
        let rule = PolicyRuleText(
            name: "shop/#1", file: "policies/shop.yaml", line: 9, text: "allow any -> web")
        policy.rules = [rule]
        policy.rules[0].hits = 3
        policy.rules[0].lastHit = "2026-11-21T17:00:00Z"
        return policy
    }
}

extension PolicyApplyReply {
    /// A reply in which every field is set.
    static var sample: PolicyApplyReply {
        var reply = PolicyApplyReply(
            generation: 8, cutFlows: 2, policies: [.sample], warnings: [.sample])
        reply.confirmWithin = 60
        return reply
    }
}

extension PolicyDiffReply {
    /// A reply in which every field is set.
    static var sample: PolicyDiffReply {
        let change = PolicyChange(from: ["web"], to: ["db"], services: ["tcp/5432"])
        var reply = PolicyDiffReply(cutFlows: 2, warnings: [.sample])
        reply.gained = [change]
        reply.lost = [PolicyChange(from: ["web"], to: ["db"], services: [], toAll: true)]
        reply.omittedGained = 1
        reply.omittedLost = 2
        var later = PolicyLaterChanges(from: "2027-02-01")
        later.gained = [change]
        later.lost = [change]
        (later.omittedGained, later.omittedLost) = (3, 4)
        reply.later = [later]
        reply.limits = ["shop/http: limit 2000/s, was none"]
        return reply
    }
}

@Suite("Policy")
struct PolicyTests {
    @Test("a check is valid exactly when there are no errors; warnings do not count")
    func validity() {
        let fine = PolicyCheckReply(policies: [.sample], errors: [], warnings: [.sample])
        let wrong = PolicyCheckReply(policies: [], errors: [.sample], warnings: [])
        #expect(fine.valid)
        #expect(!wrong.valid)
    }

    @Test("errors keep their place, hint and line on the way")
    func keepsPlaces() throws {
        let reply = PolicyCheckReply(policies: [], errors: [.sample], warnings: [])
        let decoded = try ControlJSON.decode(
            PolicyCheckReply.self, from: try ControlJSON.encode(reply))
        #expect(decoded.errors == [PolicyFault.sample])
        #expect(decoded.errors.first?.hint == "did you mean 'web'?")
    }

    @Test("a policy that governs nobody is written with an empty list, not without one")
    func writesEmptyLists() throws {
        let summary = PolicySummary(name: "a", tier: "app", path: "a.yaml", rules: 0)
        let governs = try SchemaSample(summary).fields()["governs"] as? [String]
        #expect(governs == [])
    }
}
