import ControlAPI

/// Policies.
struct PolicyRoutes: RouteGroup {
    let controller: SwitchController

    var handlers: [Route: RouteTable.Handler] {
        [
            .checkPolicy: check, .applyPolicy: apply, .listPolicies: list, .showPolicy: show,
            .explain: explain,
        ]
    }

    private func check(_ request: RouteRequest) async throws -> HTTPResponse {
        try HTTPResponse(json: await controller.checkPolicy(try files(request)))
    }

    private func apply(_ request: RouteRequest) async throws -> HTTPResponse {
        try HTTPResponse(json: await controller.applyPolicy(try files(request)))
    }

    private func list(_ request: RouteRequest) async throws -> HTTPResponse {
        try request.refuseQuery()
        return try HTTPResponse(json: await controller.policies())
    }

    private func show(_ request: RouteRequest) async throws -> HTTPResponse {
        try request.refuseQuery()
        return try HTTPResponse(json: await controller.policy(named: request.word))
    }

    private func explain(_ request: RouteRequest) async throws -> HTTPResponse {
        try HTTPResponse(json: await controller.explain(try request.body(ExplainRequest.self)))
    }

    private func files(_ request: RouteRequest) throws(Problem) -> PolicyRequest {
        try request.body(PolicyRequest.self)
    }
}
