import ControlAPI
import Testing

extension PolicyRecommendRequest {
    /// A request in which every field is set.
    static let sample = PolicyRecommendRequest(vms: ["web1"], name: "shop")
}

extension PolicyRecommendReply {
    /// A reply in which every field is set.
    static let sample = PolicyRecommendReply(
        text: "policy: shop\n", connections: 12, truncated: true)
}

@Suite("PolicyRecommendation")
struct PolicyRecommendationTests {
    @Test("an empty request asks for every connection")
    func needsNothing() throws {
        #expect(try PolicyRecommendRequest.decode("{}".utf8) == PolicyRecommendRequest())
        #expect(PolicyRecommendRequest().vms.isEmpty && PolicyRecommendRequest().name == nil)
    }
}
