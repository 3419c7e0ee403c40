import Packet
import PolicyEngine
import Testing

@Suite struct RuleBookTests {
    @Test("rules are numbered by tier, policy name and place, the built-in denial first")
    func numbersRules() throws {
        let files = try [
            "policy: b\nfor: any\nrules:\n- deny any -> any on tcp/1\n- deny any -> any as two\n",
            "policy: a\nfor: any\ndefault: deny log\n",
            "policy: z\ntier: guard\nfor: any\nrules:\n- pass any -> any\ndefault: pass\n",
        ].enumerated().map { try policy($1, path: "f\($0).yaml") }
        let compiled = try PolicyCompiler.compile(files, try shop())
        #expect(
            compiled.rules.map(\.name) == [
                "default", "z/#1", "z/default", "a/default", "b/#1", "b/two",
            ])
        let numbers = compiled.rules.map(\.id.rawValue)
        #expect(numbers[0] == 0 && zip(numbers, numbers.dropFirst()).allSatisfy { $0 < $1 })
        #expect(
            compiled.rules.map(\.file) == [
                "", "f2.yaml", "f2.yaml", "f1.yaml", "f0.yaml", "f0.yaml",
            ])
        #expect(compiled.rules.map(\.line) == [0, 5, 6, 3, 4, 5])
        #expect(Array(compiled.rules)[3].text == "default: deny log")
        #expect(compiled.rule(RuleID(rawValue: 99)) == .builtIn)
        for rule in compiled.rules { #expect(compiled.rule(rule.id) == rule) }
    }

    @Test(
        "the services of a clause are joined: overlapping, touching, named and `any`",
        arguments: [
            ("tcp/10-20, tcp/15-30", [10, 30], [9, 31]),
            ("tcp/10, tcp/11, tcp/12", [10, 12], [9, 13]),
            ("tcp/5-6, tcp/1-2", [1, 2, 5, 6], [0, 3, 4, 7]),
            ("named", [7, 8, 100], [6, 9, 99, 101]),
            ("tcp", [0, 65535], []), ("any, tcp/1", [0, 1, 2, 65535], []),
        ] as [(String, [UInt16], [UInt16])])
    func joinsServices(clause: String, inside: [UInt16], outside: [UInt16]) throws {
        let file = try policy(
            "policy: x\nfor: any\nservices:\n  named: tcp/100, tcp/7-8\nrules:\n"
                + "- allow any -> any on \(clause)\n")
        let compiled = try PolicyCompiler.compile([file], try shop())
        let ask = { (port: UInt16) in
            try compiled.answer(1, .egress, ("10.0.0.1", "10.0.0.2"), .tcp(port))
        }
        for port in inside { #expect(try ask(port) == "allow by x/#1") }
        for port in outside { #expect(try ask(port) == "deny by default") }
    }

    @Test("limits are known by rule, under a key that other rules before it do not change")
    func knowsLimits() throws {
        let rules = "- allow any  -> any on tcp/1 limit 7/s\n- allow any -> any on tcp/2\n"
        let keys = try ["", "- deny any -> any on tcp/9\n"].map { before in
            let compiled = try PolicyCompiler.compile(
                [try policy("policy: x\nfor: any\nrules:\n\(before)\(rules)")], try shop())
            let (rule, limit) = try #require(compiled.limits.first)
            #expect(compiled.limits.count == 1 && limit.perSecond == 7)
            #expect(compiled.rule(rule).text == "allow any -> any on tcp/1 limit 7/s")
            return limit.key
        }
        #expect(keys[0] == keys[1] && keys[0] == "x: allow any -> any on tcp/1 limit 7/s")
    }
}
