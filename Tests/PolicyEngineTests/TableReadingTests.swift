import Packet
import PolicyEngine
import Testing

@Suite struct TableReadingTests {
    @Test(
        "what people are told is what decides frames, in either form", arguments: 1...40,
        [CompileBudget.standard, PortPlanTests.chained])
    func readsWhatDecides(seed: UInt64, budget: CompileBudget) throws {
        var random = RandomPromise(seed: seed &+ 90_000)
        let universe = try random.universe()
        let files = try random.files()
        // A file in audit mode has the merged form only.
        if budget != .standard, files.contains(where: { $0.mode == .audit }) { return }
        let compiled = try PolicyCompiler.compileUnproven(files, universe, budget: budget)
        let reading = TableReading(compiled)
        for (subject, endpoint) in universe.endpoints.enumerated() {
            let port = try #require(endpoint.port)
            for own in endpoint.ownedAddresses {
                for _ in 0..<60 {
                    let question = PolicyQuestion(
                        own: own, peer: try random.policies.address(universe),
                        service: random.policies.service(files))
                    for direction in [TrafficDirection.egress, .ingress] {
                        let told = reading.verdict(of: subject, direction, question)
                        let decided = compiled.table.classify(port: port, direction, question)
                        #expect(told == decided, "seed \(seed): \(endpoint.vm) \(question)")
                    }
                }
            }
        }
    }

    @Test("VMs on other hosts are answered for too")
    func answersForRemoteVMs() throws {
        var universe = try shop()
        universe.endpoints[1].port = nil
        let file = try policy("policy: x\nfor: vm db1\nrules:\n- allow vm web1 -> vm db1\n")
        let reading = TableReading(try PolicyCompiler.compile([file], universe))
        let question = PolicyQuestion(
            own: try ip("10.0.0.2"), peer: try ip("10.0.0.1"), service: .tcp(1))
        #expect(reading.verdict(of: 1, .ingress, question).action == .allow)
        #expect(reading.verdict(of: 1, .egress, question) == .denyByDefault)
        #expect(reading.verdict(of: 0, .ingress, question) == .denyByDefault)
    }
}
