import Packet
import PolicyEngine
import Testing

@Suite struct PolicyProofTests {
    private static let shopText = """
        policy: shop
        for: any
        groups:
          web: label role=web
          db: label role=db
        rules:
        - allow web -> db on tcp/5432 as pg

        """

    /// What compiling a file with promises finds, each as `LINE:COLUMN message | hint`.
    private func refusals(
        _ text: String, _ promises: [String], _ universe: PolicyUniverse,
        beside other: PolicyFile? = nil
    ) throws -> [String] {
        let file = try promising(text, promises)
        do throws(PolicyErrors) {
            _ = try PolicyCompiler.compile([file] + [other].compactMap { $0 }, universe)
            return []
        } catch {
            return error.errors.map { "\($0.line):\($0.column) \($0.message) | \($0.hint)" }
        }
    }

    private func refusals(_ text: String, _ promises: String...) throws -> [String] {
        try refusals(text, promises, try shop())
    }

    @Test("a promise that the end of a rule will break is refused today, with the day")
    func looksAhead() throws {
        let rules = "policy: x\nfor: any\nrules:\n- allow any -> any until 2026-12-24\n"
        let guarded = { (day: String) in
            rules.replacing("rules:\n", with: "rules:\n- deny vm web1 -> any until \(day)\n")
        }
        let found = try refusals(guarded("2026-11-30"), "vm web1 -> vm db1")
        #expect(found.count == 1, "\(found)")
        #expect(found.first?.contains("from 2026-12-01 on, when a rule is over, `never") == true)
        #expect(try refusals(guarded("2026-12-24"), "vm web1 -> vm db1") == [])
        let file = try promising(guarded("2026-11-30"), ["vm web1 -> vm db1"])
        var terms = CompileTerms(today: .ofTests, isAccepted: true)
        _ = try PolicyCompiler.compile([file], try shop(), terms)
        terms.today = PolicyDay(number: terms.today.number + 10)
        #expect(throws: PolicyErrors.self) {
            try PolicyCompiler.compile([file], try shop(), terms)
        }
    }

    @Test("a promise that would take too much to prove is refused at its sentence")
    func hasBounds() throws {
        var universe = try shop()
        universe.endpoints[0].anyAddress = true
        // As each of its addresses the VM passes something else to each of the others.
        let rules = (0..<12_000).map {
            let prefix = "cidr 10.\($0 / 250).\($0 % 250).0/24"
            return "- allow \($0 % 2 > 0 ? prefix : "any") -> \(prefix) on tcp/\($0)\n"
        }
        let text = "policy: x\nfor: vm web1\nrules:\n\(rules.joined())never:\n- any -> vm db1\n"
        let found = try compileFaults([text], universe)
        #expect(found.count == 1 && found[0].hasPrefix("a.yaml:12005:3 `never` cannot"), "\(found)")
    }

    @Test("a promise that holds for all packets lets the policy through")
    func acceptsKeptPromises() throws {
        let found = try refusals(
            Self.shopText, "any except web -> db", "web -> db on tcp/0-5431, tcp/5433-65535, udp",
            "db -> any", "any -> any on udp", "any -> cidr 0.0.0.0/0 except cidr 10.0.0.2/32")
        #expect(found == [])
    }

    @Test("a broken promise is refused with a packet, the rule of each end, and the command")
    func refusesBrokenPromises() throws {
        let text = Self.shopText + "- allow any -> db on udp/53\n"
        #expect(
            try refusals(text, "web -> any", "any except web, db -> db") == [
                "9:3 `never web -> any` does not hold: tcp/5432 passes from 10.0.0.1 (vm web1) to "
                    + "10.0.0.2 (vm db1), let out and in by `shop/pg` (shop.yaml:7) | "
                    + "`vswctl policy explain 10.0.0.1 10.0.0.2 tcp/5432 --with shop.yaml` "
                    + "shows it; narrow the rules, or the promise",
                "10:3 `never any except web, db -> db` does not hold: udp/53 passes from 10.0.0.3 "
                    + "(vm ops1) to 10.0.0.2 (vm db1), let out and in by `shop/#2` (shop.yaml:8) | "
                    + "`vswctl policy explain 10.0.0.3 10.0.0.2 udp/53 --with shop.yaml` shows it; "
                    + "narrow the rules, or the promise",
            ])
    }

    @Test("an end that lets most through and stops a few at its own side keeps the promise")
    func seesExceptions() throws {
        let web =
            "policy: web\nfor: vm web1\nrules:\n- deny any -> vm db1 on tcp/22\ndefault: allow\n"
        let rest = try policy(
            "policy: rest\nfor: any except vm web1\ndefault: allow\n", path: "r.yaml")
        let found = { promise in
            try refusals(web, [promise], try shop(), beside: rest)
        }
        #expect(try found("vm web1 -> vm db1 on tcp/22") == [])
        #expect(try found("vm web1 -> vm db1 on tcp/22-23").count == 1)
        #expect(try found("vm web1 -> vm ops1 on tcp/22").count == 1)
    }

    @Test("of several packets the first VM's is told, to the first VM that it reaches")
    func tellsTheFirst() throws {
        for rule in ["any -> any", "vm db1, vm ops1 -> any"] {
            let text = "policy: shop\nfor: any\nrules:\n- allow \(rule) on tcp/22\n"
            let found = try refusals(text, "vm db1, vm ops1 -> vm ops1, vm web1")
            #expect(found.first?.contains("from 10.0.0.2 (vm db1) to 10.0.0.1 (vm web1)") == true)
        }
    }

    @Test("both ends are asked: what one of them stops never passes")
    func needsBothEnds() throws {
        let text = "policy: shop\nfor: label role=web\nrules:\n- allow any -> any\n"
        #expect(try refusals(text, "label role=web -> label role=db").isEmpty)
        #expect(try refusals(text, "label role=db -> label role=web").isEmpty)
        let outside = try refusals(text, "label role=web -> any except label has role")
        #expect(outside.first?.contains("(no vm), let out by `shop/#1` (shop.yaml:4); ") == true)
    }

    @Test("each address of a VM counts, the link-local one of its MAC too")
    func looksAtAllAddresses() throws {
        let text = "policy: shop\nfor: any\nrules:\n- allow cidr fe80::/10 -> any on tcp/22\n"
        let found = try refusals(text, "any -> vm db1")
        #expect(found.first?.contains("tcp/22 passes from fe80::5054:ff:fe00:1 (vm web1)") == true)
        #expect(try refusals(text, "cidr 0.0.0.0/0 -> vm db1").isEmpty)
        var universe = try shop()
        universe.endpoints[0].addresses = [try ip("10.0.0.1")]  // no IPv6 at all
        universe.endpoints[2].addresses = []
        #expect(try refusals(text, ["vm web1, vm ops1 -> vm db1"], universe).isEmpty)
    }

    @Test("a VM that may use every address is caught with another VM's address")
    func catchesBorneAddresses() throws {
        let shop = """
            policy: shop
            for: label role in (web|db)
            rules:
            - allow label role=web -> label role=db on tcp/5432

            """
        let promise = "any except label role=web -> label role=db"
        let ops = try policy("policy: ops\nfor: vm ops1\ndefault: allow\n", path: "ops.yaml")
        var universe = try PolicyEngineTests.shop()
        #expect(try refusals(shop, [promise], universe, beside: ops) == [])
        universe.endpoints[2].anyAddress = true
        #expect(
            try refusals(shop, [promise], universe, beside: ops) == [
                "5:3 `never any except label role=web -> label role=db` does not hold: tcp/5432 "
                    + "passes from 10.0.0.1 (borne by vm ops1, which may use any address) to "
                    + "10.0.0.2 (vm db1), let out by `ops/default` (ops.yaml:3) and in by "
                    + "`shop/#1` (shop.yaml:4) | `vswctl policy explain ops1@10.0.0.1 10.0.0.2 "
                    + "tcp/5432 --with ops.yaml shop.yaml` shows it; narrow the rules, or the "
                    + "promise"
            ])
        let trusting = "any except label role=web, vm ops1 -> label role=db"
        #expect(try refusals(shop, [trusting], universe, beside: ops) == [])
        let compiled = try PolicyCompiler.compile([try policy(shop), ops], universe)
        let shown = try compiled.explain(from: "ops1@10.0.0.1", to: "10.0.0.2", service: "tcp/5432")
        #expect(shown.map(\.verdict.action) == [.allow])
        #expect(shown[0].egress?.vm == "ops1" && shown[0].ingress?.rule.name == "shop/#1")
    }

    @Test("a frame to all is judged against the group at one end, the first address at the other")
    func looksAtGroupFrames() throws {
        let db = """
            policy: db
            for: vm db1
            rules:
            - allow any -> any on udp/5353, tcp/5353

            """
        let web = try policy(
            "policy: web\nfor: vm web1\nrules:\n- allow any -> cidr 224.0.0.0/4\n",
            path: "web.yaml")
        #expect(
            try refusals(db, ["vm web1 -> vm db1"], try shop(), beside: web) == [
                "5:3 `never vm web1 -> vm db1` does not hold: udp/5353 passes from 10.0.0.1 "
                    + "(vm web1) to 224.0.0.0, a frame to all that reaches vm db1, let out by "
                    + "`web/#1` (web.yaml:4) and in by `db/#1` (shop.yaml:4) | "
                    + "`vswctl policy explain 10.0.0.1 224.0.0.0 udp/5353 --with shop.yaml "
                    + "web.yaml` and `vswctl policy explain 10.0.0.1 db1 udp/5353 --with shop.yaml "
                    + "web.yaml` show it; narrow the rules, or the promise"
            ])
        #expect(try refusals(db, ["vm web1 -> vm db1 on tcp"], try shop(), beside: web).isEmpty)
        #expect(
            try refusals(db, ["vm web1 -> cidr fd00::/16"], try shop(), beside: web).isEmpty)
    }

    @Test("what a VM on a host without a switch sends is judged at the other end alone")
    func trustsNobodyUnjudged() throws {
        var universe = try shop()
        universe.endpoints[0].isJudged = false
        let text = "policy: shop\nfor: vm db1\nrules:\n- allow vm web1 -> vm db1 on tcp/1\n"
        let found = try refusals(text, ["vm web1 -> vm db1"], universe)
        #expect(
            found.first?.contains(
                "let in by `shop/#1` (shop.yaml:4); nobody judges the other end")
                == true)
        #expect(try refusals(text, "vm web1 -> vm db1").isEmpty)
    }

    @Test(
        "the command of a refusal can be pasted: paths quoted, many files named by their folder",
        arguments: [
            (["my shop.yaml"], "--with 'my shop.yaml'`"),
            (["it's.yaml", "b.yaml"], "--with b.yaml 'it'\\''s.yaml'`"),
            ((0..<3).map { "p/\($0).yaml" }, "--with p/0.yaml p/1.yaml p/2.yaml`"),
            ((0..<17).map { "p/\($0).yaml" }, "--with p/`"),
        ])
    func tellsCommandsToPaste(paths: [String], command: String) throws {
        let files = try paths.sorted().enumerated().map { index, path in
            try policy(
                "policy: p\(index)\nfor: any\nrules:\n- allow any -> any\n"
                    + (index == 0 ? "never:\n- vm web1 -> vm db1 on tcp/1\n" : ""), path: path)
        }
        let error = #expect(throws: PolicyErrors.self) {
            try PolicyCompiler.compile(files, try shop())
        }
        #expect(error?.errors.first?.hint.contains(command) == true, "\(String(describing: error))")
    }

    @Test("every packet agrees with the proof", arguments: 0..<10)
    func agreesWithBruteForce(chunk: UInt64) throws {
        var kept = 0
        var broken = 0
        for seed in (chunk * 25 + 1)...(chunk * 25 + 25) {
            var random = RandomPromise(seed: seed)
            let universe = try random.universe()
            let files = try random.files()
            let compiled = try PolicyCompiler.compileUnproven(files, universe)
            let packets = NaivePackets(files, universe)
            var proof = PolicyProof(compiled)
            let promising = files[files.count - 1]
            for (index, promise) in promising.invariants.enumerated() {
                let found = proof.counterexample(to: index)
                let passing = packets.firstPassing(compiled, promise, promising)
                #expect(
                    (found == nil) == (passing == nil),
                    "seed \(seed): \(promise.text): \(String(describing: found)), \(passing ?? "-")"
                )
                if found == nil { kept += 1 } else { broken += 1 }
            }
        }
        #expect(kept > 15 && broken > 15, "both kinds must be tried: \(kept), \(broken)")
    }
}

extension NaivePackets {
    /// A packet that breaks a promise, in words; nil when there is none.
    func firstPassing(
        _ policy: CompiledPolicy, _ promise: PolicyInvariant, _ file: PolicyFile
    ) -> String? {
        for network in networks {
            let from = senders(in: network)
                .filter { holds(promise.senders, file, $0, in: network) }
            let to = receivers(in: network)
                .filter { holds(promise.receivers, file, $0, in: network) }
            let toAll = groupReceivers(in: network)
                .filter { holds(promise.receivers, file, $0, in: network) }
            let services = services.filter { naive.covers(promise.services, $0, file) }
            for sender in from {
                for receiver in to where canMeet(sender, receiver) {
                    for service in self.services(services, sender.address)
                    where passes(policy, from: sender, to: receiver, service) {
                        return "\(sender.address) -> \(receiver.address) \(service)"
                    }
                }
                if let found = firstToAll(policy, sender, toAll, services) { return found }
            }
        }
        return nil
    }

    private func services(_ services: [ServiceKey], _ address: IPAddress) -> [ServiceKey] {
        services.filter { self.services(isIPv4: address.isIPv4).contains($0) }
    }

    /// Not outside both, not the same VM, and of one family.
    func canMeet(_ sender: End, _ receiver: End) -> Bool {
        sender.address.isIPv4 == receiver.address.isIPv4 && sender.endpoint != receiver.endpoint
    }

    private func firstToAll(
        _ policy: CompiledPolicy, _ sender: End, _ receivers: [End], _ services: [ServiceKey]
    ) -> String? {
        let receivers = receivers.filter { canMeet(sender, $0) }
        guard let network = receivers.first?.endpoint?.network else { return nil }
        let groups = groups(in: network).filter { $0.isIPv4 == sender.address.isIPv4 }
        for service in self.services(services, sender.address) where service.ipProtocol != .tcp {
            let isOut = groups.contains { isLetOut(policy, sender, $0, service) }
            for receiver in receivers
            where isOut && isLetIn(policy, receiver, sender.address, service) {
                return "\(sender.address) -> all, \(receiver.address) \(service)"
            }
        }
        return nil
    }

    func isLetOut(
        _ policy: CompiledPolicy, _ sender: End, _ group: IPAddress, _ service: ServiceKey
    ) -> Bool {
        passes(
            policy, sender, .egress,
            PolicyQuestion(own: sender.address, peer: group, service: service))
    }

    func isLetIn(
        _ policy: CompiledPolicy, _ receiver: End, _ sender: IPAddress, _ service: ServiceKey
    ) -> Bool {
        passes(
            policy, receiver, .ingress,
            PolicyQuestion(own: receiver.address, peer: sender, service: service))
    }
}
