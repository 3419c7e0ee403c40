import ControlPlane
import Testing

@Suite("StoredGeneration")
struct StoredGenerationTests {
    private let shop = StoredPolicy(path: "shop.yaml", text: "policy: shop\n")

    @Test("equal policies have one digest, and every difference changes it")
    func digests() {
        let origin = StoredGeneration([shop], in: 1, at: 0, origin: "applied")
        let again = StoredGeneration([shop], in: 9, at: 5, origin: "rolled back to 1")
        #expect(origin.digest == again.digest && origin.digest.utf8.count == 64)
        var audited = shop
        audited.isAudited = true
        let others = [
            [], [shop, shop], [audited], [StoredPolicy(path: "shop.yaml", text: "policy: shop")],
            [StoredPolicy(path: "hop.yaml", text: shop.text)],
        ]
        let digests = others.map { policies in
            StoredGeneration(policies, in: 1, at: 0, origin: "applied").digest
        }
        #expect(Set(digests + [origin.digest]).count == others.count + 1)
    }

    @Test("a text is named by its BLAKE2s hash (RFC 7693, appendix B)")
    func hashes() {
        #expect(
            StoredPolicy(path: "a", text: "abc").digest
                == "508c5e8c327c14e2e1a72ba34eeb452f37458b209ed63a294d999b4c86675982")
    }

    @Test("the history keeps its latest generations, and their texts alone")
    func forgets() throws {
        let temporary = try TemporaryDirectory()
        let store = try StateStore(in: StateDirectory(temporary.path))
        defer { store.close() }
        let count = StoredState.historyCountMax + 3
        for number in 1...count {
            _ = try store.change { state in
                state.generation += 1
                state.install(
                    [shop, StoredPolicy(path: "\(number).yaml", text: "\(number)")], at: 0,
                    origin: "applied")
            }
        }
        #expect(try store.load().history.count == StoredState.historyCountMax)
        #expect(try store.policies(of: 3) == nil)
        let oldest = try #require(try store.policies(of: 4))
        #expect(oldest == [shop, StoredPolicy(path: "4.yaml", text: "4")])
    }

    @Test("a policy that was applied before there was a history begins it")
    func beginsWithThePresent() {
        var state = StoredState()
        state.policies = [shop]
        state.policyGeneration = 4
        state.generation = 9
        state.install([], at: 0, origin: "applied")
        #expect(state.history.map(\.generation) == [4, 9])
        #expect(state.history[0].files.map(\.path) == ["shop.yaml"])
        #expect(state.policyGeneration == 0 && state.policies.isEmpty)
    }
}
