import Packet
import PolicyEngine
import Testing

@Suite struct PolicyCompilerTests {
    private static let web = "10.0.0.1", db = "10.0.0.2", ops = "10.0.0.3"

    private static func budget(_ boundaries: Int, _ port: Int, _ host: Int) -> CompileBudget {
        CompileBudget(
            boundaryCountPerPort: boundaries, byteCountPerPort: port, byteCountPerHost: host)
    }

    private func compile(_ texts: String...) throws -> CompiledPolicy {
        let names = ["a.yaml", "b.yaml", "c.yaml", "d.yaml"]
        return try PolicyCompiler.compile(
            try zip(texts, names).map { try policy($0, path: $1) }, try shop())
    }

    @Test("a sentence serves both ends, each from its own side")
    func servesBothEnds() throws {
        let compiled = try compile(
            "policy: x\nfor: any\nrules:\n- allow label role=web -> label role=db on tcp/5432\n")
        let ask = { (port: UInt16, direction, own, peer) in
            try compiled.answer(port, direction, (own, peer), .tcp(5432))
        }
        #expect(try ask(1, .egress, Self.web, Self.db) == "allow by x/#1")
        #expect(try ask(2, .ingress, Self.db, Self.web) == "allow by x/#1")
        #expect(try ask(1, .ingress, Self.web, Self.db) == "deny by default")
        #expect(try ask(2, .egress, Self.db, Self.web) == "deny by default")
        #expect(try ask(1, .egress, Self.web, Self.ops) == "deny by default")
    }

    @Test("a port that no file selects is closed")
    func closesUnselectedPorts() throws {
        let compiled = try compile("policy: x\nfor: label role=web\ndefault: allow\n")
        #expect(compiled.isGoverned(PortNumber(rawValue: 1)))
        #expect(!compiled.isGoverned(PortNumber(rawValue: 2)))
        let toDB = try compiled.answer(2, .ingress, (Self.db, Self.web), .tcp(1))
        #expect(toDB == "deny by default")
        #expect(
            try compiled.answer(1, .egress, (Self.web, Self.db), .tcp(1)) == "allow by x/default")
    }

    @Test("earlier tiers decide first, and `pass` leaves the rest to later ones")
    func ordersTiers() throws {
        let compiled = try compile(
            "policy: z\ntier: guard\nfor: any\nrules:\n- pass any -> any on tcp/2\n"
                + "- deny any -> any on tcp/1-3 as stop\ndefault: pass\n",
            "policy: y\ntier: platform\nfor: any\nrules:\n- allow any -> any on tcp/2-4 as fine\n",
            "policy: x\ntier: baseline\nfor: any\nrules:\n- reject any -> any on tcp/1-5\n")
        let ask = { (service: UInt16) in
            try compiled.answer(1, .egress, (Self.web, Self.db), .tcp(service))
        }
        #expect(try ask(1) == "deny by z/stop")
        #expect(try ask(2) == "allow by y/fine")
        #expect(try ask(3) == "deny by z/stop")
        #expect(try ask(4) == "allow by y/fine")
        #expect(try ask(5) == "reject by x/#1")
        #expect(try ask(6) == "deny by default")
    }

    @Test("the default of a tier is that of its first file by name that has one")
    func ordersDefaults() throws {
        let compiled = try compile(
            "policy: c\nfor: any\ndefault: deny\n",
            "policy: b\nfor: label role=web\ndefault: reject log\n",
            "policy: a\nfor: any\nrules:\n- allow any -> any on tcp/1\n",
            "policy: d\ntier: baseline\nfor: any\ndefault: allow\n")
        let ask = { (port: UInt16, own, service: UInt16) in
            try compiled.answer(port, .egress, (own, Self.ops), .tcp(service))
        }
        #expect(try ask(1, Self.web, 1) == "allow by a/#1")
        #expect(try ask(1, Self.web, 2) == "reject by b/default, logged")
        #expect(try ask(2, Self.db, 2) == "deny by c/default")
    }

    @Test("a `pass` rule skips the default of its own tier")
    func passSkipsTheDefault() throws {
        let compiled = try compile(
            "policy: a\nfor: any\nrules:\n- pass any -> any on tcp/1\ndefault: deny\n",
            "policy: b\ntier: baseline\nfor: any\ndefault: allow\n")
        let ask = { (service: UInt16) in
            try compiled.answer(1, .egress, (Self.web, Self.db), .tcp(service))
        }
        #expect(try ask(1) == "allow by b/default")
        #expect(try ask(2) == "deny by a/default")
    }

    @Test("an address without a VM matches `any` and `cidr` alone")
    func judgesStrangers() throws {
        let compiled = try compile(
            """
            policy: x
            for: any
            rules:
            - allow label role!=db -> any on tcp/1
            - allow vm web1 -> cidr 203.0.113.0/24 on tcp/2
            - allow any except label has role -> any on tcp/3
            """)
        let ask = { (peer: String, service: UInt16) in
            try compiled.answer(2, .ingress, (Self.db, peer), .tcp(service))
        }
        #expect(try ask("203.0.113.9", 1) == "deny by default")
        #expect(try ask(Self.web, 1) == "allow by x/#1")
        #expect(try ask("203.0.113.9", 3) == "allow by x/#3")
        #expect(try ask(Self.web, 3) == "deny by default")
        let out = { (peer: String) in
            try compiled.answer(1, .egress, (Self.web, peer), .tcp(2))
        }
        #expect(try out("203.0.113.255") == "allow by x/#2")
        #expect(try out("203.0.114.0") == "deny by default")
    }

    @Test("two files of one name are refused")
    func refusesDuplicateNames() throws {
        let text = "policy: x\nfor: any\n"
        #expect(
            try compileFaults([text, "tier: guard\n" + text], try shop()) == [
                "b.yaml:2:9 the policy name `x` is already used in a.yaml:1 | "
                    + "give each file a name of its own"
            ])
    }

    @Test(
        "a policy over its budget is refused whole, and says which budget",
        arguments: [
            (
                budget(50, 1 << 20, 1 << 28),
                "the rules at the port of vm web1 need more than 50 boundaries, the budget of "
                    + "one port"
            ),
            (
                budget(1 << 16, 300, 1 << 28),
                "the rules at the port of vm web1 need more than 300 bytes, the budget of one port"
            ),
            (
                budget(1 << 16, 1 << 20, 900),
                "the policies need more than 900 bytes, the budget of the host"
            ),
        ])
    func refusesOverBudget(budget: CompileBudget, expected: String) throws {
        let rules = (0..<30).map { "- allow any -> any on tcp/\($0 * 2)\n" }.joined()
        let text = "policy: big\nfor: any\nrules:\n\(rules)"
        let hint =
            "name fewer separate prefixes and port ranges, or select fewer VMs; "
            + "this is the file with the most rules"
        #expect(
            try compileFaults(["policy: small\nfor: any\n", text], try shop(), budget: budget) == [
                "b.yaml:1:9 \(expected) | \(hint)"
            ])
        #expect(try compileFaults([text], try shop()).isEmpty)
    }

    @Test("a thousand rules for a hundred VMs fit into sixteen megabytes")
    func isSmall() throws {
        let endpoints = try (1...100 as ClosedRange<UInt16>).map {
            try PolicyEndpoint("vm\($0) role=r\($0 % 20) app=a\($0 % 7)", $0)
        }
        let rules = (0..<1000).map { index in
            let from =
                index % 3 == 0 ? "cidr 10.\(index % 200).0.0/16" : "label role=r\(index % 20)"
            return
                "- allow \(from) -> label app=a\(index % 7) on tcp/\(index), "
                + "udp/\(index)-\(index + 9)\n"
        }
        let file = try policy("policy: big\nfor: any\nrules:\n" + rules.joined())
        let byteCount = try PolicyCompiler.compile([file], PolicyUniverse(endpoints: endpoints))
            .byteCount
        #expect(byteCount < 16 << 20, "\(byteCount)")
    }
}
