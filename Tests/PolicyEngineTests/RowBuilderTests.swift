import Packet
import PolicyEngine
import Testing

@Suite struct RowBuilderTests {
    private func compile(_ texts: String...) throws -> CompiledPolicy {
        try PolicyCompiler.compile(try texts.map { try policy($0) }, try shop())
    }

    private func ask(_ compiled: CompiledPolicy, _ service: ServiceKey) throws -> String {
        try compiled.answer(1, .egress, ("10.0.0.1", "10.0.0.2"), service)
    }

    @Test("the first matching rule decides, however later ones overlap it")
    func firstMatchWins() throws {
        let compiled = try compile(
            """
            policy: x
            for: any
            rules:
            - allow any -> any on tcp/10-20
            - deny any -> any on tcp/5-15 log
            - reject any -> any on tcp/0-30
            - allow any -> any on tcp
            - deny any -> any
            """)
        let expected: [(UInt16, String)] = [
            (0, "reject by x/#3"), (4, "reject by x/#3"), (5, "deny by x/#2, logged"),
            (9, "deny by x/#2, logged"), (10, "allow by x/#1"), (20, "allow by x/#1"),
            (21, "reject by x/#3"), (30, "reject by x/#3"), (31, "allow by x/#4"),
            (65535, "allow by x/#4"),
        ]
        for (port, answer) in expected { #expect(try ask(compiled, .tcp(port)) == answer) }
        #expect(try ask(compiled, .udp(10)) == "deny by x/#5")
        #expect(try ask(compiled, ServiceKey(rawValue: 0xff_ffff)) == "deny by x/#5")
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

    @Test("files of one tier share it: each decides what the others leave")
    func sharesATier() throws {
        let compiled = try compile(
            "policy: a\nfor: any\nrules:\n- allow any -> any on tcp/1-5\n- deny any -> any on "
                + "tcp/9\n",
            "policy: b\nfor: any\nrules:\n- allow any -> any on tcp/3-7 log\ndefault: reject\n")
        let expected: [(UInt16, String)] = [
            (0, "reject by b/default"), (1, "allow by a/#1"), (5, "allow by a/#1"),
            (6, "allow by b/#1, logged"), (8, "reject by b/default"), (9, "deny by a/#2"),
        ]
        for (port, answer) in expected { #expect(try ask(compiled, .tcp(port)) == answer) }
    }

    @Test(
        "a row of tens of thousands of overlapping rules is built without their pairs",
        .timeLimit(.minutes(1)))
    func buildsLongRows() throws {
        let rules = (0..<20_000).map { "- allow any -> any on tcp/\($0)-\($0 + 30_000)\n" }
        let file = try policy("policy: x\nfor: any\nrules:\n" + rules.joined())
        let compiled = try PolicyCompiler.compile([file], try shop())
        #expect(try ask(compiled, .tcp(45_000)) == "allow by x/#15001")
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
