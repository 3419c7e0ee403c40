import Packet
import PolicyEngine
import Testing

@Suite struct PolicyPartTests {
    @Test(
        "a few classes of many are found, and all of many; the others meet the default",
        arguments: [(named: 7, all: 900), (named: 900, all: 900), (named: 300, all: 900)])
    func findsClasses(named: Int, all: Int) throws {
        let endpoints = try (1...UInt16(all)).map { try PolicyEndpoint("vm\($0) n=n\($0)", $0) }
        let rules = (1...named).map { "- allow vm vm\($0) -> vm vm1 on tcp/\($0)\n" }.joined()
        // The other rules tell all classes apart, at another port.
        let others = (1...all).map { "- allow label n=n\($0) -> vm vm2 on tcp/\($0)\n" }.joined()
        let file = try policy("policy: x\nfor: any\nrules:\n\(rules)\(others)default: reject\n")
        for budget in [CompileBudget.standard, PortPlanTests.chained] {
            let compiled = try PolicyCompiler.compile(
                [file], PolicyUniverse(endpoints: endpoints), budget: budget)
            for number in 1...all {
                let peer = "10.0.\(number >> 8).\(number & 0xff)"
                let answer = try compiled.answer(
                    1, .ingress, ("10.0.0.1", peer), .tcp(UInt16(number)))
                #expect(
                    answer == (number <= named ? "allow by x/#\(number)" : "reject by x/default"))
            }
        }
    }
}
