import ControlAPI

/// Policies.
struct PolicyRoutes: RouteGroup {
    let controller: SwitchController

    var handlers: [Route: RouteTable.Handler] {
        [
            .checkPolicy: check, .applyPolicy: apply, .listPolicies: list, .showPolicy: show,
            .explain: explain, .policyHistory: history, .rollBackPolicy: rollBack,
            .confirmPolicy: confirm, .diffPolicy: diff,
        ]
    }

    private func check(_ request: RouteRequest) async throws -> HTTPResponse {
        let body = try request.body(PolicyRequest.self)
        return try HTTPResponse(json: await controller.checkPolicy(body))
    }

    private func diff(_ request: RouteRequest) async throws -> HTTPResponse {
        let body = try request.body(PolicyDiffRequest.self)
        return try HTTPResponse(json: await controller.diffPolicy(body))
    }

    private func apply(_ request: RouteRequest) async throws -> HTTPResponse {
        let body = try request.body(PolicyApplyRequest.self)
        return try HTTPResponse(json: await controller.applyPolicy(body))
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

    private func history(_ request: RouteRequest) async throws -> HTTPResponse {
        try request.refuseQuery()
        return try HTTPResponse(json: await controller.policyHistory())
    }

    private func rollBack(_ request: RouteRequest) async throws -> HTTPResponse {
        let body = try request.body(PolicyRollbackRequest.self)
        return try HTTPResponse(json: await controller.rollBack(body))
    }

    private func confirm(_ request: RouteRequest) async throws -> HTTPResponse {
        try request.refuseQuery()
        return try HTTPResponse(json: await controller.confirmPolicy())
    }
}
