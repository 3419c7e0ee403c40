import Packet
import PolicyEngine
import Testing

@Suite struct PromiseUpdateTests {
    @Test(
        "an edit is refused if and only if its policy, proven anew, breaks a promise",
        arguments: 0..<8 as Range<UInt64>)
    func agreesWithProof(part: UInt64) throws {
        var (kept, broken) = (0, 0)
        for seed in part << 32..<part << 32 + 120 {
            var random = RandomPromise(seed: seed)
            var universe = try random.universe()
            for index in universe.endpoints.indices where seed % 8 > 0 {
                universe.endpoints[index].anyAddress = false
            }
            var files = try random.files()
            guard var current = try? PolicyCompiler.compileUnproven(files, universe) else {
                continue
            }
            // Promises that do not hold from the beginning are none.
            var proof = PolicyProof(current)
            let last = files.count - 1
            files[last].invariants = files[last].invariants.enumerated()
                .filter { proof.counterexample(to: $0.offset) == nil }.map(\.element)
            guard !files[last].invariants.isEmpty else { continue }
            current = try PolicyCompiler.compile(files, universe)
            for edit in 0..<8 {
                var (nextFiles, nextUniverse) = (files, universe)
                try change(&nextFiles, &nextUniverse, &random)
                guard let anew = try? PolicyCompiler.compileUnproven(nextFiles, nextUniverse)
                else { continue }
                let isKept = (try? PolicyProof.check(anew)) != nil
                let next = try? PolicyCompiler.recompile(current, nextFiles, nextUniverse)
                #expect((next != nil) == isKept, "seed \(seed), edit \(edit)")
                if isKept { kept += 1 } else { broken += 1 }
                if let next { (current, files, universe) = (next, nextFiles, nextUniverse) }
            }
        }
        #expect(kept > 100 && broken > 20, "both kinds must be tried: \(kept), \(broken)")
    }

    @Test("a VM that comes, goes or changes is held against the promises alone")
    func looksAtChangedVMs() throws {
        var file = try policy(PromisePassagesTests.text)
        file.rules.removeFirst()
        file.invariants.append(
            contentsOf: try policy(
                PromisePassagesTests.text
                    .replacing(
                        "any except web -> vm db1 on tcp/1-100", with: "web -> vm db1 on tcp/80")
            )
            .invariants.prefix(1))
        // web1 breaks the last promise from the beginning.
        let first = try PolicyCompiler.compileUnproven([file], try shop())
        #expect(throws: PolicyErrors.self) { try PolicyProof.check(first) }
        let isKept = { (change: (inout PolicyUniverse) throws -> Void) in
            var universe = try shop()
            try change(&universe)
            return (try? PolicyCompiler.recompile(first, [file], universe)) != nil
        }
        #expect(try isKept { $0.endpoints.append(try PolicyEndpoint("new1 role=ops", 9)) })
        #expect(try !isKept { $0.endpoints.append(try PolicyEndpoint("new1 role=web", 9)) })
        #expect(try !isKept { $0.endpoints[2].labels["role"] = "web" })
        #expect(try isKept { $0.endpoints[2].labels["env"] = "prod" })
        #expect(try isKept { $0.endpoints.remove(at: 2) })
    }

    @Test("an edit is held against the promises of now, not against those of an earlier policy")
    func looksAtPresentPromises() throws {
        let file = { (promise: String, rule: String) in
            try policy(
                "policy: x\nfor: any\nrules:\n- allow any -> any on tcp/1\n\(rule)"
                    + "never:\n- \(promise)\n"
            )
        }
        let forbidden = "cidr 192.0.2.0/24 -> vm db1 on tcp/22"
        var current = try PolicyCompiler.compile([try file("any -> any on udp", "")], try shop())
        current = try PolicyCompiler.recompile(current, [try file(forbidden, "")], try shop())
        for (rule, isKept) in [
            ("allow cidr 198.51.100.0/24 -> vm db1 on tcp/22", true),
            ("allow cidr 192.0.2.0/24 -> vm db1 on tcp/23", true),
            ("allow cidr 192.0.2.0/24 -> vm db1 on tcp/22", false),
            ("allow cidr 192.0.0.0/16 -> vm db1 on tcp/20-30", false),
            ("allow cidr 192.0.2.9/32 -> vm db1 on tcp/22", false),
            ("allow any -> vm db1 on tcp/22", false),
        ] {
            let edited = try file(forbidden, "- \(rule)\n")
            let next = try? PolicyCompiler.recompile(current, [edited], try shop())
            #expect((next != nil) == isKept, "\(rule)")
        }
    }

    /// Changes a rule or two, the promises, or a VM's labels, addresses, or whether it is there.
    private func change(
        _ files: inout [PolicyFile], _ universe: inout PolicyUniverse,
        _ random: inout RandomPromise
    ) throws {
        func draw(_ count: Int) -> Int { Int(random.policies.random.next() % UInt64(count)) }
        let index = draw(universe.endpoints.count)
        switch draw(9) {
        case 0: universe.endpoints[index].labels["role"] = ["web", "db", "ops"][draw(3)]
        case 1: universe.endpoints[index].labels["env"] = draw(2) == 0 ? nil : "prod"
        case 2 where universe.endpoints.count > 3: universe.endpoints.remove(at: index)
        case 3:
            let number = UInt16(20 + draw(200))
            let isTaken = universe.endpoints.contains { $0.port?.rawValue == number }
            guard !isTaken else { return }
            universe.endpoints.insert(
                try PolicyEndpoint("vm\(number) role=db env=prod", number), at: index)
        case 4:
            let other = draw(universe.endpoints.count)
            universe.endpoints[index].addresses = universe.endpoints[other].addresses
        case 5: universe.endpoints[index].addresses = []
        case 6: files[files.count - 1].invariants = try random.files().last?.invariants ?? []
        default:
            let others = try random.files().flatMap(\.rules)
            let file = draw(files.count)
            let place = draw(files[file].rules.count)
            let count = draw(2)
            let new = others.prefix(1 + draw(2))
            files[file].rules.replaceSubrange(place..<place + count, with: new)
        }
    }
}
