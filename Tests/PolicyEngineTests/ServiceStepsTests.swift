import Packet
import PolicyEngine
import Testing

@Suite struct ServiceStepsTests {
    private func compile(_ text: String) throws -> CompiledPolicy {
        try PolicyCompiler.compile([try policy(text)], try shop())
    }

    private func ask(_ compiled: CompiledPolicy, _ service: ServiceKey) throws -> String {
        try compiled.answer(1, .egress, ("10.0.0.1", "10.0.0.2"), service)
    }

    @Test(
        "the first matching rule decides, however later ones overlap it",
        arguments: [CompileBudget.standard, PortPlanTests.chained])
    func firstMatchWins(budget: CompileBudget) throws {
        let file = try policy(
            """
            policy: x
            for: any
            rules:
            - allow cidr 10.9.0.0/16 -> any on tcp/10-20
            - deny cidr 10.9.0.0/16 -> any on tcp/5-15 log
            - reject any -> any on tcp/0-30
            - pass cidr 10.9.9.0/24 -> any on tcp/40
            - allow cidr 10.9.9.0/24 -> any on tcp/40-65535
            - deny cidr 10.9.0.0/16 -> any on proto/255
            """)
        let compiled = try PolicyCompiler.compile([file], try shop(), budget: budget)
        let expected: [(UInt16, String)] = [
            (0, "reject by x/#3"), (4, "reject by x/#3"), (5, "deny by x/#2, logged"),
            (9, "deny by x/#2, logged"), (10, "allow by x/#1"), (20, "allow by x/#1"),
            (21, "reject by x/#3"), (30, "reject by x/#3"), (31, "deny by default"),
            (40, "deny by default"), (41, "allow by x/#5"), (65535, "allow by x/#5"),
        ]
        for (port, answer) in expected {
            #expect(
                try compiled.answer(2, .ingress, ("10.0.0.2", "10.9.9.1"), .tcp(port)) == answer)
        }
        let last = ServiceKey(rawValue: 0xff_ffff)
        #expect(
            try compiled.answer(2, .ingress, ("10.0.0.2", "10.9.9.1"), last) == "deny by x/#6")
    }

    @Test("an ICMP type holds all its codes, and no other type")
    func icmpTypes() throws {
        let compiled = try compile(
            "policy: x\nfor: any\nrules:\n- allow any -> any on icmp/echo, icmpv6/packet-too-big\n")
        for code in [0, 1, 255] as [UInt16] {
            #expect(try ask(compiled, ServiceKey(.icmp, 8 << 8 | code)) == "allow by x/#1")
            #expect(try ask(compiled, ServiceKey(.icmpv6, 2 << 8 | code)) == "allow by x/#1")
        }
        #expect(try ask(compiled, ServiceKey(.icmp, 7 << 8 | 255)) == "deny by default")
        #expect(try ask(compiled, .icmp(9)) == "deny by default")
        #expect(try ask(compiled, ServiceKey(.icmpv6, 8 << 8)) == "deny by default")
    }

    @Test("a rule with a limit, and one that logs samples, say so")
    func keepsTraits() throws {
        let compiled = try compile(
            """
            policy: x
            for: any
            rules:
            - allow any -> any on tcp/1 limit 5/s log sampled
            - allow any -> any on tcp/2 limit 5/s
            - reject any -> any on tcp/3 log sampled
            default: deny log sampled
            """)
        let expected = [
            "allow by x/#1, sampled, limited", "allow by x/#2, limited",
            "reject by x/#3, sampled", "deny by x/default, sampled",
        ]
        for (port, answer) in expected.enumerated() {
            #expect(try ask(compiled, .tcp(UInt16(port + 1))) == answer)
        }
    }
}
