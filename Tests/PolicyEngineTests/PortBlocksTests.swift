import Packet
import PolicyEngine
import Testing

@Suite struct PortBlocksTests {
    @Test(
        "an edit is held against the budget of every port that looks where it changed something",
        arguments: 1...5 as ClosedRange<UInt16>)
    func findsUsers(port: UInt16) throws {
        let universe = PolicyUniverse(
            endpoints: try (1...5 as ClosedRange<UInt16>).map {
                try PolicyEndpoint("vm\($0) role=\($0 % 2)", $0)
            })
        let rules = (1...5).map { "- allow cidr 10.9.0.\($0)/32 -> vm vm\($0) on tcp/1\n" }.joined()
        let head = "policy: x\nfor: any\nrules:\n\(rules)- allow cidr 10.8.0.1/32 -> "
        let files = try ["cidr 10.200.0.1/32", "vm vm\(port)"].map {
            try policy("\(head)\($0) on tcp/2\n")
        }
        var budget = PortPlanTests.chained
        let first = try PolicyCompiler.compile([files[0]], universe, budget: budget)
        let edited = try PolicyCompiler.recompile(first, [files[1]], universe, budget: budget)
        #expect(edited.sharedPartCount(with: first) > 0)
        let ends = (own: "10.0.0.\(port)", peer: "10.8.0.1")
        #expect(try edited.answer(port, .ingress, ends, .tcp(2)) == "allow by x/#6")
        budget.chained?.ruleCountPerPort = 1
        let narrow = try PolicyCompiler.compile([files[0]], universe, budget: budget)
        #expect(throws: PolicyErrors.self) {
            try PolicyCompiler.recompile(narrow, [files[1]], universe, budget: budget)
        }
    }
}
