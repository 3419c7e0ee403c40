import Packet
import PolicyEngine
import Testing

@Suite struct PolicyWorldTests {
    @Test("an address follows its owners when VMs come, change and go")
    func followsOwners() throws {
        let file = try policy(
            "policy: x\nfor: any\nrules:\n- allow any -> label role=db on tcp/1\n"
                + "- allow any -> cidr 10.0.0.9/32 on tcp/2\n")
        var universe = try shop()
        var current = try PolicyCompiler.compile([file], universe)
        let ask = { (service: UInt16) in
            try current.answer(1, .egress, ("10.0.0.1", "10.0.0.9"), .tcp(service))
        }
        #expect(try ask(1) == "deny by default")
        universe.endpoints.append(try PolicyEndpoint("db9 role=db", 9))
        current = try PolicyCompiler.recompile(current, [file], universe)
        #expect(try ask(1) == "allow by x/#1")
        #expect(try ask(2) == "allow by x/#2")
        // An earlier endpoint claims the address too, and is the first now.
        universe.endpoints[2].addresses.append(try ip("10.0.0.9"))
        current = try PolicyCompiler.recompile(current, [file], universe)
        #expect(try ask(1) == "deny by default")
        universe.endpoints.remove(at: 2)
        current = try PolicyCompiler.recompile(current, [file], universe)
        #expect(try ask(1) == "allow by x/#1")
        universe.endpoints[2].network = try #require(VNI(rawValue: 7))
        current = try PolicyCompiler.recompile(current, [file], universe)
        #expect(try ask(1) == "deny by default")
        #expect(try ask(2) == "allow by x/#2")
    }

    @Test("frames to all at a VM without an IPv4 address meet its rules, and no address's")
    func judgesFramesToAllWithoutAnAddress() throws {
        var universe = try shop()
        universe.endpoints[0].addresses = [try ip("fd00::1")]
        let rules = [
            "- allow any -> vm web1 on udp/1", "- allow any -> cidr 10.0.0.0/8 on udp/2",
            "- allow any -> cidr 224.0.0.0/4 on udp/3", "- deny any -> vm db1 on udp/1",
        ]
        let head = "policy: x\nfor: any\nrules:\n"
        let first = try policy(head + rules.joined(separator: "\n"))
        let second = try policy(
            head + rules.joined(separator: "\n").replacing("10.0.0.0/8", with: "1.0.0.0/8"))
        for budget in [CompileBudget.standard, PortPlanTests.chained] {
            let compiled = try PolicyCompiler.compile([first], universe, budget: budget)
            let edited = try PolicyCompiler.recompile(compiled, [second], universe, budget: budget)
            for current in [compiled, edited] {
                let ask = { (service: UInt16) in
                    try current.answer(1, .ingress, ("0.0.0.0", "10.0.0.2"), .udp(service))
                }
                #expect(try ask(1) == "allow by x/#1")
                #expect(try ask(2) == "deny by default")
                #expect(try ask(3) == "deny by default")
            }
        }
    }

    @Test("a prefix whose first rule comes binds frames to all at a VM without an IPv4 address")
    func bindsFramesToAllWithoutAnAddress() throws {
        var universe = try shop()
        universe.endpoints[0].addresses = [try ip("fd00::1")]
        let head = "policy: x\nfor: any\nrules:\n"
        let rules = "- allow any -> any on udp\n- allow cidr 0.0.0.0/0 -> any on tcp/1\n"
        let first = try policy(head + rules)
        let second = try policy(head + "- deny any -> cidr 0.0.0.0/0 on udp/67\n" + rules)
        for budget in [CompileBudget.standard, PortPlanTests.chained] {
            let compiled = try PolicyCompiler.compile([first], universe, budget: budget)
            let edited = try PolicyCompiler.recompile(compiled, [second], universe, budget: budget)
            #expect(
                try edited.answer(1, .ingress, ("0.0.0.0", "10.0.0.2"), .udp(67)) == "deny by x/#1")
        }
    }
}
