import ControlAPI

/// Ports.
struct PortRoutes: RouteGroup {
    let controller: SwitchController

    var handlers: [Route: RouteTable.Handler] {
        [.listPorts: list, .attachPort: attach, .showPort: show, .detachPort: detach]
    }

    private func list(_ request: RouteRequest) async throws -> HTTPResponse {
        try request.refuseQuery()
        return try HTTPResponse(json: await controller.ports())
    }

    private func attach(_ request: RouteRequest) async throws -> HTTPResponse {
        let body = try request.body(AttachRequest.self)
        return try HTTPResponse(json: await controller.attach(body), status: .created)
    }

    private func show(_ request: RouteRequest) async throws -> HTTPResponse {
        try request.refuseQuery()
        return try HTTPResponse(json: await controller.port(on: request.word))
    }

    private func detach(_ request: RouteRequest) async throws -> HTTPResponse {
        try request.refuseQuery()
        try await controller.detach(request.word)
        return HTTPResponse(.noContent)
    }
}
