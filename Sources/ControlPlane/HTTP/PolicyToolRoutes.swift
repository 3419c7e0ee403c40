import ControlAPI

/// Policies made from something else, and tried on something else.
struct PolicyToolRoutes: RouteGroup {
    /// The largest body of a request that carries policy files and frames, in bytes.
    static let replayByteCountMax = 24 << 20

    let controller: SwitchController

    var handlers: [Route: RouteTable.Handler] {
        [.importPolicy: translate, .recommendPolicy: recommend, .replayPolicy: replay]
    }

    private func translate(_ request: RouteRequest) async throws -> HTTPResponse {
        try HTTPResponse(
            json: PolicyTranslation.reply(to: try request.body(PolicyImportRequest.self)))
    }

    private func recommend(_ request: RouteRequest) async throws -> HTTPResponse {
        let body = try request.body(PolicyRecommendRequest.self)
        return try HTTPResponse(json: await controller.recommendPolicy(body))
    }

    private func replay(_ request: RouteRequest) async throws -> HTTPResponse {
        let body = try request.body(ReplayRequest.self)
        return try HTTPResponse(json: await controller.replayPolicy(body))
    }
}
