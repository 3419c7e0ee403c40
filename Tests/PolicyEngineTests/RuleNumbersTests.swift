import Packet
import PolicyEngine
import Testing

@Suite struct RuleNumbersTests {
    private func rule(_ port: Int) throws -> PolicyRule {
        let action = port % 3 == 0 ? "deny" : "allow"
        let file = try policy(
            "policy: x\nfor: any\nrules:\n- \(action) any -> any on tcp/\(port)-\(port + 40)\n")
        return file.rules[0]
    }

    private func expectSame(
        _ current: CompiledPolicy, _ full: CompiledPolicy, _ label: String
    ) throws {
        #expect(current.rulesAndLimits == full.rulesAndLimits, "\(label)")
        for port in stride(from: 0, to: 500, by: 7) {
            let ends = (own: "10.0.0.1", peer: "10.0.0.2")
            let service = ServiceKey.tcp(UInt16(port))
            #expect(
                try current.answer(1, .egress, ends, service)
                    == full.answer(1, .egress, ends, service), "\(label), tcp/\(port)")
        }
    }

    @Test(
        "rules put in and taken out, wherever and however often, decide in their order",
        arguments: 0..<4 as Range<UInt64>)
    func keepsTheOrder(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        var file = try policy("policy: x\nfor: any\nrules:\n- deny any -> any on tcp/0\n")
        var current = try PolicyCompiler.compile([file], try shop())
        for edit in 0..<150 {
            let count = file.rules.count
            let isRemoval = count > 30 && random.next() % 3 > 0
            // Half of the rules go to one place, where no number is left over soon.
            let place = random.next() % 2 == 0 ? count / 2 : Int(random.next() % UInt64(count))
            if isRemoval {
                file.rules.remove(at: place)
            } else {
                let end = random.next() % 4 == 0
                file.rules.insert(
                    try rule(Int(random.next() % 450)), at: end ? count : place)
            }
            current = try PolicyCompiler.recompile(current, [file], try shop())
            let full = try PolicyCompiler.compile([file], try shop())
            try expectSame(current, full, "seed \(seed), edit \(edit)")
        }
    }

    @Test("rules keep their numbers when other VMs or another day come, and all is compiled anew")
    func keepsNumbers() throws {
        var file = try policy(
            "policy: x\nfor: any\nrules:\n"
                + (0..<20).map { "- allow any -> any on tcp/\($0)\n" }.joined()
                + "- allow any -> any on udp until 2026-11-21\ndefault: reject\n")
        let first = try PolicyCompiler.compile([file], try shop())
        file.rules.remove(at: 3)
        file.rules.insert(try rule(300), at: 10)
        let edited = try PolicyCompiler.recompile(first, [file], try shop())
        let terms = CompileTerms(
            today: PolicyDay(number: PolicyDay.ofTests.number + 1), isAccepted: true,
            previous: edited)
        let later = try PolicyCompiler.compile(
            [file], PolicyUniverse(endpoints: Array(try shop().endpoints.dropLast())), terms)
        #expect(later.sharedPartCount(with: edited) == 0, "compiled anew")
        let fresh = try PolicyCompiler.compile([file], try shop())
        #expect(later.rules.elementsEqual(edited.rules))
        #expect(!fresh.rules.elementsEqual(edited.rules), "numbers of their own")
        for id in 0..<UInt32(later.ruleIDEnd + 5) {
            let number = RuleID(rawValue: id)
            #expect(later.rule(number) == edited.rule(number))
        }
        let fallback = try #require(later.rules.last)
        #expect(fallback.name == "x/default" && later.rule(fallback.id) == fallback)
    }
}
