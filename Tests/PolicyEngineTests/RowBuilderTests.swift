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
        let compiled = try compile("policy: x\nfor: any\nmode: audit\nrules:\n" + rules.joined())
        #expect(try ask(compiled, .tcp(45_000)) == "allow by x/#15001")
    }
}
