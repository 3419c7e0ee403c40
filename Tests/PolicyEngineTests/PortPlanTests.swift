import Packet
import PolicyEngine
import Testing

@Suite struct PortPlanTests {
    /// No port fits into the merged form.
    static let chained: CompileBudget = {
        var budget = CompileBudget(
            boundaryCountPerPort: 0, byteCountPerPort: 0, byteCountPerHost: 256 << 20)
        budget.chained = .init(ruleCountPerPort: 100_000, byteCountPerPort: 8 << 20)
        return budget
    }()

    /// What compiling gives: the policy, or why not.
    static func compile(
        _ files: [PolicyFile], _ universe: PolicyUniverse, _ budget: CompileBudget
    ) -> Result<CompiledPolicy, PolicyErrors> {
        do throws(PolicyErrors) {
            return .success(try PolicyCompiler.compile(files, universe, budget: budget))
        } catch {
            return .failure(error)
        }
    }

    @Test(
        "the chained form decides as the merged one does, and refuses the same contradictions",
        arguments: 0..<8)
    func agreesWithTheMergedForm(part: UInt64) throws {
        var compiledCount = 0
        var seed = part << 32
        while compiledCount < 40 {
            seed += 1
            var draw = RandomPolicy(random: SeededRandom(seed: seed))
            let universe = try draw.universe()
            let files = try (0...draw.random.next() % 4).map {
                try policy(draw.text("p\($0)"), path: "p\($0).yaml")
            }
            // A file in audit mode has the merged form only.
            guard files.allSatisfy({ $0.mode == .enforce }) else { continue }
            let merged = Self.compile(files, universe, .standard)
            let chained = Self.compile(files, universe, Self.chained)
            switch (merged, chained) {
            case (.success(let merged), .success(let chained)):
                compiledCount += 1
                for _ in 0..<300 { try compare(merged, chained, &draw, seed) }
            case (.failure(let first), .failure(let second)):
                #expect(Set(first.errors) == Set(second.errors), "seed \(seed)")
            default:
                Issue.record("seed \(seed): one form is refused, the other not")
                return
            }
        }
    }

    private func compare(
        _ merged: CompiledPolicy, _ chained: CompiledPolicy, _ draw: inout RandomPolicy,
        _ seed: UInt64
    ) throws {
        let endpoint = draw.pick(merged.universe.endpoints)
        guard let port = endpoint.port else { return }
        let own =
            endpoint.anyAddress
            ? try draw.address(merged.universe) : draw.pick(endpoint.ownedAddresses)
        let peer = try draw.address(merged.universe)
        guard peer.isIPv4 == own.isIPv4 else { return }
        let question = PolicyQuestion(
            own: own, peer: peer, service: draw.service(merged.files))
        for direction in [TrafficDirection.egress, .ingress] {
            let first = merged.table.classify(port: port, direction, question)
            let second = chained.table.classify(port: port, direction, question)
            #expect(first == second, "seed \(seed): \(endpoint.vm) \(direction) \(question)")
        }
    }

    @Test("a port with a file in audit mode has the merged form or none, and is told so")
    func mergesAuditedFiles() throws {
        let rules = "rules:\n- deny any -> any on tcp/1\ndefault: allow\n"
        let audited = try policy("policy: x\nfor: vm db1\nmode: audit\n\(rules)")
        let other = try policy("policy: y\nfor: vm web1\n\(rules)", path: "y.yaml")
        var budget = Self.chained
        guard case .failure(let errors) = Self.compile([audited, other], try shop(), budget) else {
            Issue.record("not refused")
            return
        }
        #expect(errors.errors.count == 1)
        #expect(errors.errors[0].message.hasPrefix("the rules at the port of vm db1 need more"))
        #expect(errors.errors[0].message.hasSuffix("with a file in audit mode"))
        budget.boundaryCountPerPort = 100
        budget.byteCountPerPort = 4_096
        let compiled = try Self.compile([audited, other], try shop(), budget).get()
        let answer = try compiled.answer(2, .ingress, ("10.0.0.2", "10.0.0.1"), .tcp(1))
        #expect(answer == "allow by x/#1, audited")
    }

    @Test("a port over the chained budget is refused: too many rules, too many bytes")
    func refusesOverBudget() throws {
        let rules = (0..<40).map { "- allow cidr 10.9.\($0).0/24 -> vm db1 on tcp/\($0)\n" }
        let file = try policy("policy: x\nfor: vm db1\nrules:\n" + rules.joined(), path: "a.yaml")
        for (limits, words) in [
            ((39, 8 << 20), "there are more than 39 rules in one direction"),
            ((40, 900), "need more than 900 bytes"),
        ] {
            var budget = Self.chained
            budget.chained = .init(ruleCountPerPort: limits.0, byteCountPerPort: limits.1)
            let result = Self.compile([file], try shop(), budget)
            guard case .failure(let errors) = result else {
                Issue.record("not refused")
                return
            }
            #expect(errors.errors.count == 1 && errors.errors[0].path == "a.yaml")
            #expect(errors.errors[0].message.contains(words), "\(errors)")
            #expect(errors.errors[0].message.contains("vm db1"))
        }
        _ = try Self.compile([file], try shop(), Self.chained).get()
    }
}
