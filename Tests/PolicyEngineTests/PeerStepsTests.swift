import Packet
import PolicyEngine
import Testing

@Suite struct PeerStepsTests {
    /// Files of three tiers, two of them in one.
    private static let texts = [
        """
        policy: g
        tier: guard
        for: any
        rules:
        - pass label role=ops -> any on tcp/1-9
        - deny any -> any on tcp/5-20
        - allow label role=ops -> any on tcp/30
        """,
        """
        policy: a
        for: any
        groups:
          staff: label role=ops, vm web1
          ten: cidr 10.0.0.0/24
        rules:
        - allow staff -> any on tcp/2-3
        - reject ten -> any on tcp/1-2, tcp/40
        - pass vm ops1 -> any on tcp/4, tcp/60
        - allow any -> any on tcp/40-50
        """,
        """
        policy: a2
        for: any
        rules:
        - allow label role=ops -> any on tcp/48-55
        default: deny log
        """,
        """
        policy: b
        tier: baseline
        for: any
        rules:
        - allow any -> any on tcp/4
        default: reject
        """,
    ]

    private static let expected: [(port: UInt16, ops: String, web: String)] = [
        (0, "deny by a2/default, logged", "deny by a2/default, logged"),
        (1, "reject by a/#2", "reject by a/#2"), (2, "allow by a/#1", "allow by a/#1"),
        (3, "allow by a/#1", "allow by a/#1"), (4, "allow by b/#1", "deny by a2/default, logged"),
        (5, "deny by a2/default, logged", "deny by g/#2"),
        (10, "deny by g/#2", "deny by g/#2"), (20, "deny by g/#2", "deny by g/#2"),
        (21, "deny by a2/default, logged", "deny by a2/default, logged"),
        (30, "allow by g/#3", "deny by a2/default, logged"),
        (40, "reject by a/#2", "reject by a/#2"), (41, "allow by a/#4", "allow by a/#4"),
        (49, "allow by a/#4", "allow by a/#4"),
        (51, "allow by a2/#1", "deny by a2/default, logged"),
        (60, "reject by b/default", "deny by a2/default, logged"),
    ]

    @Test(
        "the first rule of the first tier that does not pass decides, whichever groups name a VM",
        arguments: [CompileBudget.standard, PortPlanTests.chained])
    func decidesTierByTier(budget: CompileBudget) throws {
        let files = try Self.texts.map { try policy($0) }
        let compiled = try PolicyCompiler.compile(files, try shop(), budget: budget)
        for (port, ops, web) in Self.expected {
            let ask = { (peer: String) in
                try compiled.answer(2, .ingress, ("10.0.0.2", peer), .tcp(port))
            }
            #expect(try ask("10.0.0.3") == ops, "ops1 on tcp/\(port)")
            #expect(try ask("10.0.0.1") == web, "web1 on tcp/\(port)")
        }
    }
}
