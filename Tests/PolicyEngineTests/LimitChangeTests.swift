import Packet
import PolicyEngine
import Testing

@Suite struct LimitChangeTests {
    private func limits(_ old: String, _ new: String) throws -> [String] {
        let compiled = try [old, new].map { rules in
            try PolicyCompiler.compile(
                [try policy("policy: x\nfor: any\nrules:\n\(rules)")], try shop())
        }
        let outlook = try PolicyOutlook(from: compiled[0], to: compiled[1])
        return outlook.limits.map(\.description)
    }

    @Test("a rule that stays with another limit is told, wherever it stands now")
    func tells() throws {
        let rule = "- allow any -> any on tcp/80"
        #expect(try limits("\(rule)\n", "\(rule) limit 5/s\n") == ["x/#1: limit 5/s, was none"])
        #expect(
            try limits(
                "\(rule) limit  7/s log\n",
                "- deny vm web1 -> any on udp\n\(rule) log\n")
                == ["x/#2: limit none, was 7/s"])
        #expect(
            try limits("\(rule) limit 7/s as http\n", "\(rule) limit 8/s as http\n")
                == ["x/http: limit 8/s, was 7/s"])
    }

    @Test("a rule that is new, gone or otherwise changed is no change of a limit")
    func ignoresOthers() throws {
        let rule = "- allow any -> any on tcp/80 limit 5/s\n"
        #expect(try limits(rule, rule).isEmpty)
        #expect(try limits(rule, rule.replacing("80", with: "81")).isEmpty)
        #expect(try limits("- deny any -> any\n", rule).isEmpty)
        let others = "- allow any -> any on udp\n"
        #expect(try limits(others + rule, others + rule).isEmpty)
    }
}
