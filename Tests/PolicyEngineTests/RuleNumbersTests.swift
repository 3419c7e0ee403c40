import Packet
import PolicyEngine
import Testing

@Suite struct RuleNumbersTests {
    private func sentence(_ port: Int) -> String {
        let action = port % 3 == 0 ? "deny" : "allow"
        let peer = ["any", "vm db1", "cidr 10.0.0.0/24", "label role=db"][port % 4]
        return "- \(action) any -> \(peer) on tcp/\(port)-\(port + 40)\n"
    }

    private func file(_ sentences: [String]) throws -> PolicyFile {
        try policy("policy: x\nfor: any\nrules:\n" + sentences.joined())
    }

    private func rule(_ port: Int) throws -> PolicyRule { try file([sentence(port)]).rules[0] }

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
        arguments: 0..<4 as Range<UInt64>, [CompileBudget.standard, PortPlanTests.chained])
    func keepsTheOrder(seed: UInt64, budget: CompileBudget) throws {
        var random = SeededRandom(seed: seed)
        // Few rules soon have no number left over; many have more between than may be moved.
        let sizes = [1, 30, 200, 400]
        var file = try file((0..<sizes[Int(seed)]).map { sentence(Int($0) % 450) })
        var current = try PolicyCompiler.compile([file], try shop(), budget: budget)
        var editedCount = 0
        for edit in 0..<150 {
            let count = file.rules.count
            let isRemoval = count > sizes[Int(seed)] + 30 && random.next() % 3 > 0
            // Half of the rules go to one place, where no number is left over soon.
            let place = random.next() % 2 == 0 ? count / 2 : Int(random.next() % UInt64(count))
            if isRemoval {
                file.rules.remove(at: place)
            } else {
                let end = random.next() % 4 == 0
                file.rules.insert(
                    try rule(Int(random.next() % 450)), at: end ? count : place)
            }
            let next = try PolicyCompiler.recompile(current, [file], try shop(), budget: budget)
            editedCount += next.ruleIDEnd == current.ruleIDEnd ? 1 : 0
            current = next
            let full = try PolicyCompiler.compile([file], try shop(), budget: budget)
            try expectSame(current, full, "seed \(seed), edit \(edit)")
        }
        #expect((75..<150).contains(editedCount), "of 150 edits most compile nothing anew")
    }

    @Test(
        "rules keep their numbers when other VMs or another day come, and all is compiled anew",
        arguments: [(newVMs: 0, newDays: 1), (70, 0)])
    func keepsNumbers(newVMs: UInt16, newDays: Int) throws {
        var file = try file(
            (0..<20).map { "- allow any -> any on tcp/\($0)\n" }
                + ["- allow any -> any on udp until 2026-11-21\n", "default: reject\n"])
        let first = try PolicyCompiler.compile([file], try shop())
        file.rules.remove(at: 3)
        file.rules.insert(try rule(300), at: 10)
        let edited = try PolicyCompiler.recompile(first, [file], try shop())
        let terms = CompileTerms(
            today: PolicyDay(number: PolicyDay.ofTests.number + newDays), isAccepted: true,
            previous: edited)
        var universe = try shop()
        universe.endpoints += try (0..<newVMs).map { try PolicyEndpoint("new\($0)", $0 + 100) }
        let later = try PolicyCompiler.compile([file], universe, terms)
        #expect(later.sharedPartCount(with: edited) == 0, "compiled anew")
        let fresh = try PolicyCompiler.compile([file], try shop())
        #expect(later.rules.elementsEqual(edited.rules))
        #expect(!fresh.rules.elementsEqual(edited.rules), "numbers of their own")
        let used = Set(later.rules.map(\.id))
        for id in 0..<UInt32(later.ruleIDEnd + 5) {
            let number = RuleID(rawValue: id)
            #expect(later.rule(number) == edited.rule(number))
            #expect(used.contains(number) == (later.rule(number).id == number), "\(id)")
        }
        #expect(used.count == file.rules.count + 2, "the default and the built-in denial, too")
    }
}
