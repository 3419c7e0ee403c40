import Packet
import PolicyEngine
import Testing

@Suite struct AddressClassesTests {
    private func compile(_ rules: String, _ universe: PolicyUniverse) throws -> CompiledPolicy {
        try PolicyCompiler.compile(
            [try policy("policy: x\nfor: any\nrules:\n\(rules)\n")], universe)
    }

    @Test("an address belongs to a VM only within the VM's own network")
    func separatesNetworks() throws {
        var universe = try shop()
        universe.endpoints.append(try PolicyEndpoint("other role=ops", 4, network: 2))
        universe.endpoints[3].addresses = [try ip("10.0.0.2")]
        universe.endpoints.append(try PolicyEndpoint("last role=x", 5, network: 2))
        let compiled = try compile("- allow any -> label role=db", universe)
        #expect(
            try compiled.answer(1, .egress, ("10.0.0.1", "10.0.0.2"), .tcp(1)) == "allow by x/#1")
        #expect(
            try compiled.answer(5, .egress, ("10.0.0.5", "10.0.0.2"), .tcp(1)) == "deny by default")
    }

    @Test("a VM owns the link-local address of its MAC")
    func ownsLinkLocal() throws {
        let compiled = try compile("- allow vm web1 -> vm db1", try shop())
        let ends = ("fe80::5054:ff:fe00:1", "fe80::5054:ff:fe00:2")
        #expect(try compiled.answer(1, .egress, ends, .tcp(1)) == "allow by x/#1")
        #expect(
            try compiled.answer(1, .egress, (ends.0, "fe80::5054:ff:fe00:3"), .tcp(1))
                == "deny by default")
    }

    @Test("an address that two VMs claim belongs to the first; a bound one before a formed one")
    func firstOwnerKeeps() throws {
        var universe = try shop()
        universe.endpoints[1].addresses.append(try ip("10.0.0.77"))
        universe.endpoints[2].addresses.append(try ip("10.0.0.77"))
        universe.endpoints[2].addresses.append(.linkLocal(universe.endpoints[1].mac))
        let compiled = try compile("- allow any -> vm db1\n- reject any -> vm ops1", universe)
        #expect(
            try compiled.answer(1, .egress, ("10.0.0.1", "10.0.0.77"), .tcp(1)) == "allow by x/#1")
        #expect(
            try compiled.answer(1, .egress, ("fd00::1", "fe80::5054:ff:fe00:2"), .tcp(1))
                == "reject by x/#2")
    }

    @Test("a prefix names the VMs within it too, also as a single address")
    func prefixesNameVMs() throws {
        let compiled = try compile(
            "- allow any -> cidr 10.0.0.2/32 on tcp/1\n- allow any -> cidr 10.0.0.0/30 on tcp/2",
            try shop())
        let ask = { (peer: String, service: UInt16) in
            try compiled.answer(1, .egress, ("10.0.0.1", peer), .tcp(service))
        }
        #expect(try ask("10.0.0.2", 1) == "allow by x/#1")
        #expect(try ask("10.0.0.3", 1) == "deny by default")
        #expect(try ask("10.0.0.3", 2) == "allow by x/#2")
        #expect(try ask("10.0.0.4", 2) == "deny by default")
    }

    @Test("five thousand VMs are found, each in its network, and their neighbours are not")
    func findsManyHosts() throws {
        var endpoints = [try PolicyEndpoint("me role=me", 1)]
        for number in 2...5000 as ClosedRange<UInt16> {
            var endpoint = try PolicyEndpoint("vm\(number) odd=\(number % 2)", number)
            endpoint.port = nil
            endpoints.append(endpoint)
        }
        let compiled = try compile(
            "- allow any -> label odd=1\n- reject any -> label odd=0",
            PolicyUniverse(endpoints: endpoints))
        for number in 2...5000 as ClosedRange<UInt16> {
            let expected = number % 2 == 1 ? "allow by x/#1" : "reject by x/#2"
            for peer in endpoints[Int(number) - 1].ownedAddresses {
                let own = peer.isIPv4 ? "10.0.0.1" : "fd00::1"
                #expect(try compiled.answer(1, .egress, (own, "\(peer)"), .tcp(1)) == expected)
            }
        }
        #expect(
            try compiled.answer(1, .egress, ("10.0.0.1", "10.0.19.137"), .tcp(1))
                == "deny by default")
        #expect(compiled.byteCount < 4 << 20)
    }
}
