import Packet
import PolicyEngine
import Testing

@Suite struct RecompileTests {
    @Test(
        "after any row of edits, recompiling gives the verdicts that compiling gives",
        arguments: 0..<8, [CompileBudget.standard, PortPlanTests.chained])
    func agreesWithCompiling(part: UInt64, budget: CompileBudget) throws {
        for seed in part << 32..<part << 32 + 30 {
            var draw = RandomPolicy(random: SeededRandom(seed: seed))
            var universe = try draw.universe()
            var files = try (0...draw.random.next() % 3).map {
                try policy(draw.text("p\($0)"), path: "p\($0).yaml")
            }
            guard var current = try? PolicyCompiler.compile(files, universe, budget: budget) else {
                continue
            }
            for edit in 0..<6 {
                try change(&files, &universe, &draw)
                let label = "seed \(seed), edit \(edit)"
                let full = PortPlanTests.compile(files, universe, budget)
                do throws(PolicyErrors) {
                    current = try PolicyCompiler.recompile(
                        current, files, universe, budget: budget)
                } catch {
                    guard case .failure(let errors) = full else {
                        Issue.record("\(label): refused though it compiles: \(error)")
                        return
                    }
                    #expect(Set(errors.errors) == Set(error.errors), "\(label)")
                    break
                }
                try compare(current, try full.get(), &draw, label)
            }
        }
    }

    /// Changes a rule, or an endpoint's labels or addresses, or adds or removes an endpoint.
    private func change(
        _ files: inout [PolicyFile], _ universe: inout PolicyUniverse, _ draw: inout RandomPolicy
    ) throws {
        let index = Int(draw.random.next() % UInt64(universe.endpoints.count))
        switch draw.random.next() % 8 {
        case 0: universe.endpoints[index].labels["role"] = draw.pick(["web", "db", "ops"])
        case 1: universe.endpoints[index].labels["env"] = nil
        case 2 where universe.endpoints.count > 3: universe.endpoints.remove(at: index)
        case 3:
            let number = UInt16(20 + draw.random.next() % 200)
            let isTaken = universe.endpoints.contains { $0.port?.rawValue == number }
            guard !isTaken else { return }
            universe.endpoints.insert(
                try PolicyEndpoint("vm\(number) role=web env=prod", number), at: index)
        case 4: universe.endpoints[index].addresses.append(try draw.address(universe))
        default:
            let file = Int(draw.random.next() % UInt64(files.count))
            let rule = Int(draw.random.next() % UInt64(files[file].rules.count))
            let other = try policy(draw.text("other"))
            files[file].rules[rule] = draw.pick(other.rules)
        }
    }

    private func compare(
        _ current: CompiledPolicy, _ full: CompiledPolicy, _ draw: inout RandomPolicy,
        _ label: String
    ) throws {
        #expect(current.warnings == full.warnings, "\(label)")
        for _ in 0..<200 {
            let endpoint = draw.pick(full.universe.endpoints)
            guard let port = endpoint.port else { continue }
            let own =
                endpoint.anyAddress
                ? try draw.address(full.universe) : draw.pick(endpoint.ownedAddresses)
            let question = PolicyQuestion(
                own: own, peer: try draw.address(full.universe), service: draw.service(full.files))
            guard question.peer.isIPv4 == own.isIPv4 else { continue }
            for direction in [TrafficDirection.egress, .ingress] {
                let first = current.table.classify(port: port, direction, question)
                let second = full.table.classify(port: port, direction, question)
                #expect(first == second, "\(label): \(endpoint.vm) \(direction) \(question)")
                #expect(current.rule(first.rule) == full.rule(second.rule), "\(label)")
            }
        }
    }

    @Test("a rule changed or a VM relabelled among twenty thousand rules takes milliseconds")
    func isQuick() throws {
        let pieces = try (0..<2).map { piece in
            try policy(
                "policy: big\nfor: any\nrules:\n"
                    + (0..<10_000).map { index in
                        "- allow cidr 10.\(index / 250 + piece * 50).\(index % 250).7/32 -> "
                            + "label role=r\(index % 40) on tcp/\(index)\n"
                    }.joined())
        }
        var file = pieces[0]
        file.rules += pieces[1].rules
        var universe = PolicyUniverse(
            endpoints: try (1...200 as ClosedRange<UInt16>).map {
                try PolicyEndpoint("vm\($0) role=r\($0 % 40)", $0)
            })
        var current = try PolicyCompiler.compile([file], universe)
        universe.endpoints[17].labels["role"] = "r3"
        var time = try processorTime {
            current = try PolicyCompiler.recompile(current, [file], universe)
        }
        #expect(time < .milliseconds(20), "\(time)")
        file.rules[12_345] = pieces[0].rules[7]
        time = try processorTime {
            current = try PolicyCompiler.recompile(current, [file], universe)
        }
        #expect(time < .milliseconds(20), "\(time)")
        let full = try PolicyCompiler.compile([file], universe)
        for index in 0..<10_000 {
            let question = PolicyQuestion(
                own: try ip("10.0.0.18"), peer: try ip("10.\(index / 250).\(index % 250).7"),
                service: .tcp(UInt16(index)))
            let ask = { (policy: CompiledPolicy) in
                policy.table.classify(port: PortNumber(rawValue: 18), .ingress, question)
            }
            #expect(ask(current) == ask(full))
        }
    }
}
