import Packet
import PolicyEngine
import Testing

@Suite struct IdentityTests {
    @Test("whatever a term looks at first, the VMs that it names are found, and no others")
    func findsByEveryDemand() throws {
        let terms = [
            "vm web1", "label role=web", "label role in (web|ops)", "label has role",
            "label role!=db", "label role!=db and app=shop", "label owner!=me and role in (db|x)",
            "any except label role=db", "label has owner",
        ]
        let expected = [
            [true, false, false], [true, false, false], [true, false, true], [true, true, true],
            [true, false, true], [true, false, true], [false, true, false], [true, false, true],
            [false, false, false],
        ]
        let rules = terms.enumerated().map { "- allow any -> \($1) on tcp/\($0)\n" }.joined()
        let file = try policy("policy: x\nfor: any\nrules:\n" + rules)
        let compiled = try PolicyCompiler.compile([file], try shop())
        for (index, names) in expected.enumerated() {
            let answers = try (1...3).map { number in
                try compiled.answer(
                    1, .egress, ("10.0.0.1", "10.0.0.\(number)"), .tcp(UInt16(index)))
                    != "deny by default"
            }
            #expect(answers == names, "\(terms[index])")
        }
    }
}
