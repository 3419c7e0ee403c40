import ControlAPI

/// Networks.
struct NetworkRoutes: RouteGroup {
    let controller: SwitchController

    var handlers: [Route: RouteTable.Handler] {
        [.listNetworks: list, .addNetwork: add, .showNetwork: show, .removeNetwork: remove]
    }

    private func list(_ request: RouteRequest) async throws -> HTTPResponse {
        try request.refuseQuery()
        return try HTTPResponse(json: await controller.networks())
    }

    private func add(_ request: RouteRequest) async throws -> HTTPResponse {
        let body = try request.body(NetworkRequest.self)
        return try HTTPResponse(json: await controller.addNetwork(body), status: .created)
    }

    private func show(_ request: RouteRequest) async throws -> HTTPResponse {
        try request.refuseQuery()
        return try HTTPResponse(json: await controller.network(named: request.word))
    }

    private func remove(_ request: RouteRequest) async throws -> HTTPResponse {
        try request.refuseQuery()
        try await controller.removeNetwork(request.word)
        return HTTPResponse(.noContent)
    }
}
