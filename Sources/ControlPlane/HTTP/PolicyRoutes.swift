import ControlAPI
import Hummingbird

/// Policies.
struct PolicyRoutes: RouteGroup {
    let controller: SwitchController

    var handlers: [Route: RouteTable.Handler] {
        [
            .checkPolicy: check, .applyPolicy: apply, .listPolicies: list, .showPolicy: show,
            .explain: explain,
        ]
    }

    private func check(_ request: RouteRequest) async throws -> Response {
        try Response(json: await controller.checkPolicy(try await files(request)))
    }

    private func apply(_ request: RouteRequest) async throws -> Response {
        try Response(json: await controller.applyPolicy(try await files(request)))
    }

    private func list(_ request: RouteRequest) async throws -> Response {
        try request.refuseQuery()
        return try Response(json: await controller.policies())
    }

    private func show(_ request: RouteRequest) async throws -> Response {
        try request.refuseQuery()
        return try Response(json: await controller.policy(named: request.word))
    }

    private func explain(_ request: RouteRequest) async throws -> Response {
        try Response(json: await controller.explain(try await request.body(ExplainRequest.self)))
    }

    private func files(_ request: RouteRequest) async throws(Problem) -> PolicyRequest {
        try await request.body(
            PolicyRequest.self, byteCountMax: RouteRequest.policyByteCountMax)
    }
}
