import Packet
import PolicyEngine
import Testing

@Suite struct PortCompilerTests {
    @Test(
        "`for` selects a VM by identity, or by any of its addresses",
        arguments: [
            ("any", [true, true, true]), ("vm db1", [false, true, false]),
            ("label role=web, vm ops1", [true, false, true]),
            ("cidr 10.0.0.2/32", [false, true, false]), ("cidr fd00::2/127", [false, true, true]),
            ("cidr fe80::/10", [true, true, true]),
            ("any except cidr 10.0.0.3/32", [true, true, false]),
            ("label app=shop except vm web1, label role=ops", [false, true, false]),
            ("vm nobody", [false, false, false]),
        ])
    func selects(peers: String, expected: [Bool]) throws {
        let file = try policy("policy: x\nfor: \(peers)\n")
        let compiled = try PolicyCompiler.compile([file], try shop())
        let governed = (1...3).map { compiled.isGoverned(PortNumber(rawValue: $0)) }
        #expect(governed == expected)
        #expect(compiled.warnings.isEmpty == expected.contains(true))
    }

    @Test("a VM elsewhere is a peer, but has no port")
    func skipsRemoteVMs() throws {
        var universe = try shop()
        universe.endpoints[1].port = nil
        let file = try policy("policy: x\nfor: any\nrules:\n- allow any -> vm db1\n")
        let compiled = try PolicyCompiler.compile([file], universe)
        #expect(!compiled.isGoverned(PortNumber(rawValue: 2)))
        #expect(
            try compiled.answer(1, .egress, ("10.0.0.1", "10.0.0.2"), .tcp(1)) == "allow by x/#1")
    }

    @Test("rules that look at the own address tell a port's addresses apart")
    func separatesOwnAddresses() throws {
        var universe = try shop()
        universe.endpoints[0].addresses.append(try ip("192.0.2.1"))
        let file = try policy(
            """
            policy: x
            for: vm web1
            rules:
            - allow cidr 192.0.2.0/24 -> any on tcp/1
            - allow any -> vm web1 except cidr 192.0.2.1/32 on tcp/2
            """)
        let compiled = try PolicyCompiler.compile([file], universe)
        let out = { try compiled.answer(1, .egress, ($0, "10.0.0.2"), .tcp(1)) }
        #expect(try out("192.0.2.1") == "allow by x/#1")
        #expect(try out("10.0.0.1") == "deny by default")
        let into = { try compiled.answer(1, .ingress, ($0, "10.0.0.2"), .tcp(2)) }
        #expect(try into("192.0.2.1") == "deny by default")
        #expect(try into("10.0.0.1") == "allow by x/#2")
    }

    @Test("a port without addresses is governed all the same")
    func compilesAddressless() throws {
        var universe = try shop()
        universe.endpoints[0].addresses = []
        let file = try policy("policy: x\nfor: vm web1\ndefault: allow\n")
        let compiled = try PolicyCompiler.compile([file], universe)
        #expect(compiled.isGoverned(PortNumber(rawValue: 1)) && compiled.warnings.isEmpty)
    }

    @Test("rows and tables that ports share are stored once")
    func sharesRows() throws {
        let rules = (0..<200).map { "- allow any -> any on tcp/\($0 * 2)\n" }.joined()
        let file = try policy("policy: x\nfor: any\nrules:\n\(rules)")
        let sizes = try [10, 110].map { (count: UInt16) in
            let endpoints = try (1...count).map { try PolicyEndpoint("vm\($0)", $0) }
            return try PolicyCompiler.compile([file], PolicyUniverse(endpoints: endpoints))
                .byteCount
        }
        #expect(sizes[1] - sizes[0] < 100 * 1024, "\(sizes)")
    }

    @Test(
        "compiling a policy over a port's budget stops early, however much it would need",
        .timeLimit(.minutes(1)))
    func stopsEarly() throws {
        let rules = (0..<9000).map { index in
            "- allow cidr 10.\(index / 250).\(index % 250).0/24 -> any on tcp/\(index)\n"
                + "- allow any -> any on udp/\(index * 5)\n"
        }
        let text = "policy: x\nfor: any\nrules:\n" + rules.joined()
        let budget = CompileBudget(
            boundaryCountPerPort: 1 << 16, byteCountPerPort: 1 << 20, byteCountPerHost: 256 << 20)
        let found = try compileFaults([text], try shop(), budget: budget)
        #expect(found.count == 1 && found[0].contains("budget"))
    }
}
