import ControlAPI
import Testing

extension ControlClientTests {
    @Test("policy tools: each method asks its route")
    func policyToolRoutes() async throws {
        let translate = try await request(PolicyImportReply.sample) {
            _ = try await $0.importPolicy(.sample)
        }
        #expect(translate.line == "POST /v1/policy/import HTTP/1.1")
        #expect(try PolicyImportRequest.decode(translate.body.utf8) == .sample)
        let recommend = try await request(PolicyRecommendReply.sample) {
            _ = try await $0.recommendPolicy(.sample)
        }
        #expect(recommend.line == "POST /v1/policy/recommend HTTP/1.1")
        #expect(try PolicyRecommendRequest.decode(recommend.body.utf8) == .sample)
        let replay = try await request(ReplayReply.sample) {
            _ = try await $0.replayPolicy(.sample)
        }
        #expect(replay.line == "POST /v1/policy/replay HTTP/1.1")
        #expect(try ReplayRequest.decode(replay.body.utf8) == .sample)
    }
}
