import Packet
import PolicyEngine
import Testing

@Suite struct PolicyOutlookTests {
    /// What changes between two lists of rules: for now, and for each later day, as lines.
    private func outlook(_ old: String, _ new: String) throws -> [String] {
        let compiled = try [old, new].map { rules in
            try PolicyCompiler.compileUnproven(
                [try policy("policy: x\nfor: any\nrules:\n\(rules)- deny any -> any\n")], try shop()
            )
        }
        let outlook = try PolicyOutlook(from: compiled[0], to: compiled[1])
        #expect(
            (outlook.firstWidening == nil)
                == !(outlook.today.widens || outlook.later.contains { $0.diff.widens }))
        return ([("today", outlook.today)] + outlook.later.map { ("\($0.day)", $0.diff) })
            .map { "\($0): \($1.description.replacing("\n", with: "; "))" }
    }

    @Test("what opens or closes when a rule is over is told for the day after its last one")
    func looksAhead() throws {
        let allow = "- allow vm web1 -> vm db1 on tcp/22"
        #expect(
            try outlook("", "- deny any -> any on tcp until 2026-12-24\n\(allow)\n") == [
                "today: ", "2026-12-25: + web1 -> db1 on tcp/22",
            ])
        #expect(
            try outlook("\(allow) until 2026-12-24\n", "\(allow)\n") == [
                "today: ", "2026-12-25: + web1 -> db1 on tcp/22",
            ])
        #expect(
            try outlook("\(allow)\n", "\(allow) until 2026-12-24\n") == [
                "today: ", "2026-12-25: - web1 -> db1 on tcp/22",
            ])
    }

    @Test("a rule whose last day is today is over tomorrow")
    func looksAtTomorrow() throws {
        let rules =
            "- deny any -> any on tcp until 2026-11-21\n- allow vm web1 -> vm db1 on tcp/22\n"
        #expect(
            try outlook("", rules) == ["today: ", "2026-11-22: + web1 -> db1 on tcp/22"])
    }

    @Test("what changes today is not told again, nor what ends in both policies alike")
    func tellsOnce() throws {
        let allow = "- allow vm web1 -> vm db1 on tcp/22"
        let both = "- allow any -> vm db1 on udp/53 until 2026-12-01\n"
        #expect(
            try outlook(both, both + "\(allow)\n") == ["today: + web1 -> db1 on tcp/22"])
        #expect(try outlook("", "\(allow) until 2026-11-30\n\(both)").count == 1)
        #expect(try outlook(both, both) == ["today: "])
    }

    @Test("each last day is looked at, and a policy that contradicts itself then passes nothing")
    func looksAtEachDay() throws {
        let rules = ["2026-12-01", "2026-12-05"].enumerated().map {
            "- deny any -> any on tcp/\($0) until \($1)\n- allow vm web1 -> vm db1 on tcp/\($0)\n"
        }
        #expect(
            try outlook("", rules.joined()) == [
                "today: ", "2026-12-02: + web1 -> db1 on tcp/0",
                "2026-12-06: + web1 -> db1 on tcp/0-1",
            ])
        let allow = "policy: a\nfor: any\nrules:\n- allow any -> any on tcp/1\n"
        let deny = "policy: b\nfor: any\nrules:\n- deny any -> any on tcp/1\n"
        let ending = allow.replacing(
            "rules:\n", with: "rules:\n- deny any -> any until 2026-12-01\n")
        let old = try PolicyCompiler.compileUnproven(
            [try policy(ending, path: "a.yaml"), try policy(deny, path: "b.yaml")], try shop())
        let new = try PolicyCompiler.compileUnproven(
            [try policy(ending, path: "a.yaml")], try shop())
        let outlook = try PolicyOutlook(from: old, to: new)
        #expect(outlook.today.isEmpty)
        #expect(outlook.later.map(\.day.description) == ["2026-12-02"])
        #expect(outlook.later.first?.diff.gained.isEmpty == false, "closed becomes open")
    }

    @Test("more last days than are compared are refused, not passed over")
    func hasBounds() throws {
        let days = (1...33).map { PolicyDay(number: PolicyDay.ofTests.number + $0) }
        let rules = days.map { "- deny vm web1 -> any on tcp/9 until \($0)\n" }.joined()
        #expect(throws: PolicyDiffError.self) { try outlook("", rules) }
        #expect(try outlook(rules, rules) == ["today: "])
    }

    @Test("what a shortened line or a limit of lines leaves out is not taken for told")
    func tellsAgain() throws {
        // Eight services today, eight others then; the first six are the same.
        let ports = [0, 2, 4, 6, 8, 10, 12, 16].map { "tcp/\($0)" }.joined(separator: ", ")
        let told = try outlook(
            "",
            "- deny any -> any on tcp/16 until 2026-12-01\n"
                + "- allow vm web1 -> vm db1 on \(ports)\n"
                + "- allow vm web1 -> vm db1 on tcp/14 until 2026-12-01\n")
        #expect(told.count == 2, "\(told)")
        // What is the same to the last name is told once, however it is shortened.
        let once = try outlook(
            "",
            "- deny any -> any on tcp/99 until 2026-12-01\n"
                + "- allow vm web1 -> vm db1 on \(ports)\n"
                + "- allow vm ops1 -> vm db1 on tcp/99\n")
        #expect(once.last == "2026-12-02: + ops1 -> db1 on tcp/99", "\(once)")
    }
}
