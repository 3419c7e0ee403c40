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
}
