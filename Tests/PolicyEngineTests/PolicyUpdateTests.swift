import Packet
import PolicyEngine
import Testing

@Suite struct PolicyUpdateTests {
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
            // Ports of many rules are made from those of ports alike.
            for _ in 0..<(seed % 3 == 0 ? 30 : 0) {
                files[0].rules += try policy(draw.text("more")).rules
            }
            guard var current = try? PolicyCompiler.compile(files, universe, budget: budget) else {
                continue
            }
            for edit in 0..<6 {
                try change(&files, &universe, &draw)
                let label = "seed \(seed), edit \(edit)"
                let full = Self.compileAnew(files, universe, budget)
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
                guard case .success(let anew) = full else {
                    Issue.record("\(label): compiles though it is refused anew")
                    return
                }
                try compare(current, anew, &draw, label)
            }
        }
    }

    private func rule(_ sentence: String) throws -> PolicyRule {
        try policy("policy: x\nfor: any\nrules:\n- \(sentence)\n").rules[0]
    }

    /// What the files, in force already, become from the beginning.
    private static func compileAnew(
        _ files: [PolicyFile], _ universe: PolicyUniverse, _ budget: CompileBudget
    ) -> Result<CompiledPolicy, PolicyErrors> {
        let terms = CompileTerms(today: .ofTests, budget: budget, isAccepted: true)
        do throws(PolicyErrors) {
            return .success(try PolicyCompiler.compile(files, universe, terms))
        } catch {
            return .failure(error)
        }
    }

    /// Changes rules, adds or removes some; or changes an endpoint's labels or addresses, or adds
    /// or removes one.
    private func change(
        _ files: inout [PolicyFile], _ universe: inout PolicyUniverse, _ draw: inout RandomPolicy
    ) throws {
        let index = Int(draw.random.next() % UInt64(universe.endpoints.count))
        switch draw.random.next() % 10 {
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
            let others = try policy(draw.text("other")).rules
            let count = min(Int(draw.random.next() % 3), files[file].rules.count - rule)
            let new = others.prefix(Int(draw.random.next() % 3))
            guard files[file].rules.count - count + new.count > 0 else { return }
            files[file].rules.replaceSubrange(rule..<rule + count, with: new)
        }
    }

    private func compare(
        _ current: CompiledPolicy, _ full: CompiledPolicy, _ draw: inout RandomPolicy,
        _ label: String
    ) throws {
        #expect(current.warnings == full.warnings, "\(label)")
        #expect(current.rulesAndLimits == full.rulesAndLimits, "\(label)")
        #expect(current.nextExpiry == full.nextExpiry, "\(label)")
        for _ in 0..<200 {
            let endpoint = draw.pick(full.universe.endpoints)
            guard let port = endpoint.port else { continue }
            let own =
                endpoint.anyAddress
                ? try draw.address(full.universe) : draw.pick(endpoint.judgedAddresses)
            let question = PolicyQuestion(
                own: own, peer: try draw.address(full.universe), service: draw.service(full.files))
            guard question.peer.isIPv4 == own.isIPv4 else { continue }
            for direction in [TrafficDirection.egress, .ingress] {
                let first = current.table.classify(port: port, direction, question)
                let second = full.table.classify(port: port, direction, question)
                #expect(
                    current.words(first) == full.words(second),
                    "\(label): \(endpoint.vm) \(direction) \(question)")
            }
        }
    }

    @Test("on another day all is compiled anew: rules that are over then decide nothing")
    func knowsTheDay() throws {
        let file = try policy(
            "policy: x\nfor: any\nrules:\n- allow any -> any on tcp/1 until 2026-11-21\n")
        let today = try PolicyCompiler.compile([file], try shop())
        let ends = (own: "10.0.0.1", peer: "10.0.0.2")
        #expect(try today.answer(1, .egress, ends, .tcp(1)) == "allow by x/#1")
        let terms = CompileTerms(
            today: PolicyDay(number: PolicyDay.ofTests.number + 1), previous: today)
        let tomorrow = try PolicyCompiler.compile([file], try shop(), terms)
        #expect(try tomorrow.answer(1, .egress, ends, .tcp(1)) == "deny by default")
        #expect(tomorrow.nextExpiry == nil && tomorrow.warnings.count == 1)
        let back = try PolicyCompiler.recompile(tomorrow, [file], try shop())
        #expect(try back.answer(1, .egress, ends, .tcp(1)) == "allow by x/#1")
    }

    @Test("tests that come to fail are warnings, promises that break are errors")
    func provesAnew() throws {
        let text =
            "policy: x\nfor: any\nrules:\n- allow label role=web -> any on tcp/1\n"
            + "tests:\n- vm web1 -> vm ops1 on tcp/1 => allow\n"
            + "never:\n- vm ops1 -> vm db1 on tcp/1\n"
        var universe = try shop()
        let first = try PolicyCompiler.compile([try policy(text)], universe)
        #expect(first.warnings.isEmpty)
        universe.endpoints[0].labels["role"] = "db"
        let second = try PolicyCompiler.recompile(first, first.files, universe)
        #expect(second.warnings.contains { $0.message.contains("tcp/1") })
        universe.endpoints[2].labels["role"] = "web"
        #expect(throws: PolicyErrors.self) {
            try PolicyCompiler.recompile(second, first.files, universe)
        }
    }

    @Test("a contradiction that no packet showed is found when a VM comes that can send one")
    func findsLateContradictions() throws {
        let files = try ["allow", "deny"].map {
            try policy("policy: p-\($0)\nfor: vm db1\nrules:\n- \($0) label role=far -> any\n")
        }
        var universe = try shop()
        universe.endpoints.append(try PolicyEndpoint("far1 role=far", 9, network: 2))
        for budget in [CompileBudget.standard, PortPlanTests.chained] {
            let first = try PolicyCompiler.compile(files, universe, budget: budget)
            var later = universe
            later.endpoints.append(try PolicyEndpoint("near1 role=far", 10))
            #expect(throws: PolicyErrors.self) {
                try PolicyCompiler.recompile(first, files, later, budget: budget)
            }
        }
    }

    @Test("a contradiction that only the second of two like VMs shows is found, too")
    func findsContradictionsAmongNewVMs() throws {
        let others = (1...12).map { "- allow cidr 192.0.2.\($0)/32 -> label role=db\n" }.joined()
        let near = "- allow vm near -> vm db12 on tcp/9\n"
        let files = try [("allow", others + near), ("deny", "")].map { action, more in
            let subjects = "for: label role in (db|web)"
            let rule = "- \(action) label role=far -> label role=db"
            return try policy("policy: p-\(action)\n\(subjects)\nrules:\n\(rule)\n\(more)")
        }
        var universe = PolicyUniverse(endpoints: [
            try PolicyEndpoint("near role=web", 1),
            try PolicyEndpoint("far role=far", 2, network: 2),
        ])
        let first = try PolicyCompiler.compile(files, universe)
        universe.endpoints += [
            try PolicyEndpoint("db11 role=db", 11),
            try PolicyEndpoint("db12 role=db", 12, network: 2),
        ]
        #expect(throws: PolicyErrors.self) { try PolicyCompiler.compile(files, universe) }
        #expect(throws: PolicyErrors.self) {
            try PolicyCompiler.recompile(first, files, universe)
        }
    }

    @Test("what a new VM sends is not judged by what another receives, however alike both are")
    func keepsDirectionsApart() throws {
        let rules = (1...8).map {
            "- allow cidr 192.0.2.\($0)/32 -> label role=in on tcp/\($0)\n"
                + "- allow label role=in -> cidr 198.51.100.\($0)/32 on tcp/\($0)\n"
        }
        let more =
            "- allow label env=new -> cidr 203.0.113.1/32 on tcp/1\n"
            + "- allow cidr 203.0.113.2/32 -> label env=new on tcp/2\n"
        let file = try policy("policy: x\nfor: any\nrules:\n" + rules.joined() + more)
        var universe = PolicyUniverse(endpoints: [try PolicyEndpoint("old1 role=in", 1)])
        let first = try PolicyCompiler.compile([file], universe)
        universe.endpoints.append(try PolicyEndpoint("new1 role=in env=new", 2))
        let second = try PolicyCompiler.recompile(first, [file], universe)
        let ask = { (direction: TrafficDirection, peer: String) in
            try second.answer(2, direction, ("10.0.0.2", peer), .tcp(2))
        }
        #expect(try ask(.ingress, "192.0.2.2") == "allow by x/#3")
        #expect(try ask(.egress, "198.51.100.2") == "allow by x/#4")
        #expect(try ask(.ingress, "203.0.113.2") == "allow by x/#18")
        #expect(try ask(.egress, "192.0.2.2") == "deny by default")
        #expect(try ask(.ingress, "198.51.100.2") == "deny by default")
    }

    /// What edits once got wrong: each with rules before and after, and a question.
    private static let edits: [(before: String, after: String, ends: (String, String), UInt16)] = [
        (  // an IPv6 prefix around the IPv4 addresses, which lie in its middle
            "- allow cidr 10.9.0.3/32 -> vm db1 on tcp/1\n"
                + "- allow cidr 2001:db8::5/128 -> vm db1 on tcp/2\n"
                + "- deny cidr 192.0.2.0/24 -> vm db1\n- allow any -> vm db1\n",
            "- allow cidr 10.9.0.3/32 -> vm db1 on tcp/1\n"
                + "- allow cidr 2001:db8::5/128 -> vm db1 on tcp/2\n"
                + "- deny cidr ::/0 -> vm db1\n- allow any -> vm db1\n",
            ("fe80::5054:ff:fe00:2", "2001:db8::5"), 80
        ),
        (  // a rule that leaves a port, and everyone by one name for everyone by another
            "- allow any -> vm web1 on tcp/1\n- allow vm db1 -> vm web1 on tcp/2\n",
            "- allow any, vm db1 -> vm ops1 on tcp/9\n- allow vm db1 -> vm web1 on tcp/2\n",
            ("10.0.0.1", "10.0.0.2"), 9
        ),
    ]

    @Test(
        "edits that once left something behind decide as compiling anew",
        arguments: 0..<2, [CompileBudget.standard, PortPlanTests.chained])
    func decidesAsAnew(index: Int, budget: CompileBudget) throws {
        let edit = Self.edits[index]
        let files = try [edit.before, edit.after].map {
            try policy("policy: x\nfor: any\nrules:\n" + $0)
        }
        let first = try PolicyCompiler.compile([files[0]], try shop(), budget: budget)
        let updated = try PolicyCompiler.recompile(first, [files[1]], try shop(), budget: budget)
        let anew = try PolicyCompiler.compile([files[1]], try shop(), budget: budget)
        let question = PolicyQuestion(
            own: try ip(edit.ends.0), peer: try ip(edit.ends.1), service: .tcp(edit.3))
        for port in 1...4 as ClosedRange<UInt16> {
            let number = PortNumber(rawValue: port)
            #expect(
                updated.table.classify(port: number, .ingress, question)
                    == anew.table.classify(port: number, .ingress, question), "port \(port)")
        }
    }

    @Test("a port that edits bring over its budget is refused, as compiling anew refuses it")
    func keepsBudgets() throws {
        var budget = PortPlanTests.chained
        budget.chained?.ruleCountPerPort = 2
        let rules = [
            "- allow vm web1 -> vm db1 on tcp/1\n- allow vm web1 -> vm db1 on tcp/2\n",
            "- allow vm ops1 -> vm web1 on tcp/3\n", "- allow vm web1 -> vm ops1 on tcp/3\n",
        ]
        let before = try policy("policy: x\nfor: any\nrules:\n" + rules[0] + rules[1])
        let after = try policy("policy: x\nfor: any\nrules:\n" + rules[0] + rules[2])
        let first = try PolicyCompiler.compile([before], try shop(), budget: budget)
        #expect(throws: PolicyErrors.self) {
            try PolicyCompiler.recompile(first, [after], try shop(), budget: budget)
        }
    }

    @Test("single edits among twenty thousand rules bind, and leave the rest as it is")
    func leavesTheRest() throws {
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
        let first = try PolicyCompiler.compile([file], universe)
        universe.endpoints[17].labels["role"] = "r3"
        let relabelled = try PolicyCompiler.recompile(first, [file], universe)
        let count = relabelled.sharedPartCount(with: relabelled)
        #expect(count >= 40 && relabelled.sharedPartCount(with: first) == count)
        file.rules[43] = try rule("deny cidr 10.0.43.7/32 -> label role=r3 on tcp/43")
        let current = try PolicyCompiler.recompile(relabelled, [file], universe)
        #expect((count - 4..<count).contains(current.sharedPartCount(with: relabelled)))
        file.rules.remove(at: 83)
        file.rules.insert(try rule("deny cidr 10.0.3.0/29 -> any on tcp/3"), at: 2)
        file.rules.append(try rule("allow cidr 10.0.84.7/32 -> label role=r3 on tcp/84"))
        let inserted = try PolicyCompiler.recompile(current, [file], universe)
        for (index, answer) in [
            (3, "deny by big/#3"), (43, "deny by big/#45"), (83, "deny by default"),
            (84, "allow by big/#20001"), (123, "allow by big/#124"),
        ] {
            let ends = (own: "10.0.0.18", peer: "10.0.\(index).7")
            #expect(try inserted.answer(18, .ingress, ends, .tcp(UInt16(index))) == answer)
        }
        let full = try PolicyCompiler.compile([file], universe)
        #expect(full.sharedPartCount(with: current) == 0)
        for index in 0..<10_000 {
            let question = PolicyQuestion(
                own: try ip("10.0.0.18"), peer: try ip("10.\(index / 250).\(index % 250).7"),
                service: .tcp(UInt16(index)))
            let ask = { (policy: CompiledPolicy) in
                policy.table.classify(port: PortNumber(rawValue: 18), .ingress, question)
            }
            #expect(inserted.words(ask(inserted)) == full.words(ask(full)))
        }
    }
}
