import ControlPlane
import Packet
import Testing

@Suite("the seal of a state")
struct StoredStateTests {
    private typealias Change = @Sendable (inout StoredState) -> Void

    private static let changes: [Change] = [
        { $0.generation += 1 },
        { $0.policyGeneration += 1 },
        { $0.networks[0].mtu += 1 },
        { $0.networks[1].name = "blu" },
        { $0.networks.removeLast() },
        { $0.ports[0].device = "db2" },
        { $0.ports[0].phase = .detaching },
        { $0.ports[0].mode = .netdev },
        { $0.ports[0].namespace = nil },
        { $0.ports[0].vm = "" },
        { $0.ports[0].mac = nil },
        { $0.ports[0].addresses.removeLast() },
        { $0.ports[0].anyAddress = true },
        { $0.ports[0].labels["role"] = "web" },
        { $0.ports[0].generation += 1 },
        { $0.ports.swapAt(0, 2) },
        { $0.policies[0].path += "x" },
        { $0.policies[1].text = "x" },
        { $0.policies.swapAt(0, 1) },
    ]

    @Test("it differs when anything differs")
    func coversEverything() {
        var seals: Set<Int64> = [StoredState.sample.seal()]
        for change in Self.changes {
            var state = StoredState.sample
            change(&state)
            seals.insert(state.seal())
        }
        #expect(seals.count == Self.changes.count + 1)
    }

    @Test("until version 3 it was over the texts, in these very numbers")
    func isThatOfVersion3() {
        var state = StoredState.initial
        (state.generation, state.policyGeneration) = (7, 5)
        state.policies = [StoredPolicy(path: "p.yaml", text: "policy: p\n")]
        // Computed apart, from the definition of FNV-1a.
        #expect(state.seal(asOf: 3) == -1_318_529_910_736_694_149)
        #expect(state.seal() != state.seal(asOf: 3))
    }

    @Test("it does not change between runs: it stands in the database")
    func isStable() {
        #expect(StoredState.initial.seal() == StoredState.initial.seal())
        var digest = FNV1a()
        digest.add("a")
        // FNV-1a of "a" (draft-eastlake-fnv, appendix C), then of the length 1.
        let letter: UInt64 = 0xaf63_dc4c_8601_ec8c
        #expect(digest.value == (letter ^ 1) &* 0x100_0000_01b3)
    }
}
