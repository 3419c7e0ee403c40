import Packet
import PolicyEngine
import Testing

@Suite struct RuleSurveyTests {
    /// The remarks on rules that decide nothing.
    private func idle(
        _ files: [PolicyFile], _ universe: PolicyUniverse, _ budget: CompileBudget = .standard
    ) throws -> [String] {
        try PolicyCompiler.compileUnproven(files, universe, budget: budget).warnings
            .map(\.message).filter { $0.hasPrefix("rule `") }
    }

    @Test("the form of a port does not change what is said of its rules", arguments: 0..<30)
    func ignoresForms(seed: UInt64) throws {
        var random = RandomPromise(seed: seed &+ 31_000)
        let universe = try random.universe()
        let files = try random.files()
        let merged = try idle(files, universe)
        #expect(try idle(files, universe, PortPlanTests.chained) == merged, "seed \(seed)")
    }

    @Test("VMs of another network are no peers, though they are of the same class")
    func knowsNetworks() throws {
        var universe = try shop()
        let far = try PolicyEndpoint("far1 role=far", 9, network: 2)
        universe.endpoints.insert(far, at: 0)
        let file = try policy(
            "policy: x\nfor: vm db1\nrules:\n- allow label role=far -> any on tcp/1\n"
                + "- allow label role=web -> any on tcp/2\n")
        #expect(
            try idle([file], universe) == [
                "rule `x/#1` matches no connection of the VMs known now: at no port that policy "
                    + "`x` governs can sender and receiver both be of it"
            ])
        universe.endpoints[0].network = universe.endpoints[1].network
        #expect(try idle([file], universe).isEmpty)
    }

    @Test("a prefix all of whose addresses belong to VMs has no strangers")
    func knowsTakenPrefixes() throws {
        let file = try policy(
            "policy: x\nfor: vm db1\nrules:\n- allow cidr 10.0.0.1/32 except vm web1 -> any\n")
        #expect(try idle([file], try shop()).count == 1)
        var universe = try shop()
        universe.endpoints[0].addresses.removeFirst()
        #expect(try idle([file], universe).isEmpty)
    }

    @Test("of more than ten thousand rules nothing is said, rather than half of it")
    func keepsSilence() throws {
        for (count, remarkCount) in [(9_999, 1), (10_000, 0)] {
            let rules = (0..<count).map { "- allow any -> vm db1 on tcp/\($0)\n" }.joined()
            let file = try policy(
                "policy: x\nfor: vm db1\nrules:\n\(rules)- deny any -> vm db1 on tcp/7\n")
            #expect(try idle([file], try shop()).count == remarkCount)
        }
    }
}
