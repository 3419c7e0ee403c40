import Packet
import PolicyEngine
import Testing

@Suite struct SelectorGraphTests {
    /// Whether `peers` names each of `addresses`, asked as the peer of an allowed connection.
    private func names(_ peers: String, _ addresses: [String]) throws -> [Bool] {
        let file = try policy(
            """
            policy: x
            for: any
            groups:
              shop: label app=shop
              web: label role=web
              some: shop except web, vm ops1
              lab: cidr 10.0.0.0/29 except cidr 10.0.0.2/32
            rules:
            - allow any -> \(peers)
            """)
        let compiled = try PolicyCompiler.compile([file], try shop())
        return try addresses.map { address in
            try compiled.answer(1, .egress, ("10.0.0.1", address), .tcp(1)) != "deny by default"
        }
    }

    @Test(
        "peers name VMs by any, name, label, prefix and group, and except them again",
        arguments: [
            ("any", [true, true, true, true]),
            ("vm db1", [false, true, false, false]),
            ("vm db1, vm ops1", [false, true, true, false]),
            ("label role=db", [false, true, false, false]),
            ("label role!=db", [true, false, true, false]),
            ("label owner!=me", [true, true, true, false]),
            ("label role in (db|ops)", [false, true, true, false]),
            ("label has role and role!=web", [false, true, true, false]),
            ("label has owner", [false, false, false, false]),
            ("cidr 10.0.0.2/31", [false, true, true, false]),
            ("cidr 10.0.0.0/24", [true, true, true, false]),
            ("any except vm db1", [true, false, true, true]),
            ("any except label has role", [false, false, false, true]),
            ("any except cidr 10.0.0.0/24", [false, false, false, true]),
            ("shop except web", [false, true, true, false]),
            ("some", [false, true, false, false]),
            ("any except some", [true, false, true, true]),
            ("lab", [true, false, true, false]),
            ("any except lab", [false, true, false, true]),
            ("shop except lab", [false, true, false, false]),
            ("vm nobody", [false, false, false, false]),
        ])
    func names(peers: String, expected: [Bool]) throws {
        let addresses = ["10.0.0.1", "10.0.0.2", "10.0.0.3", "192.0.2.1"]
        #expect(try names(peers, addresses) == expected)
    }

    @Test("the own end is its port's VM, whatever address it bears; `cidr` looks at the address")
    func ownIdentityIsThePort() throws {
        var universe = try shop()
        universe.endpoints[0].anyAddress = true
        let file = try policy(
            """
            policy: x
            for: vm web1
            rules:
            - allow label role=db -> any on tcp/1
            - allow label role=web -> any on tcp/2
            - allow label role=web except cidr 10.0.0.0/24 -> any on tcp/3
            - allow cidr 10.0.0.2/32 -> any on tcp/4
            """)
        let compiled = try PolicyCompiler.compile([file], universe)
        let ask = { (own: String, service: UInt16) in
            try compiled.answer(1, .egress, (own, "192.0.2.1"), .tcp(service))
        }
        #expect(try ask("10.0.0.2", 1) == "deny by default")
        #expect(try ask("10.0.0.2", 2) == "allow by x/#2")
        #expect(try ask("10.0.0.2", 3) == "deny by default")
        #expect(try ask("198.51.100.1", 3) == "allow by x/#3")
        #expect(try ask("10.0.0.2", 4) == "allow by x/#4")
        #expect(try ask("10.0.0.1", 4) == "deny by default")
    }
}
