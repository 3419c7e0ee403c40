import ControlAPI
import Hummingbird

/// Ports.
struct PortRoutes: RouteGroup {
    let controller: SwitchController

    var handlers: [Route: RouteTable.Handler] {
        [.listPorts: list, .attachPort: attach, .showPort: show, .detachPort: detach]
    }

    private func list(_ request: RouteRequest) async throws -> Response {
        try request.refuseQuery()
        return try Response(json: await controller.ports())
    }

    private func attach(_ request: RouteRequest) async throws -> Response {
        let body = try await request.body(AttachRequest.self)
        return try Response(json: await controller.attach(body), status: .created)
    }

    private func show(_ request: RouteRequest) async throws -> Response {
        try request.refuseQuery()
        return try Response(json: await controller.port(on: request.word))
    }

    private func detach(_ request: RouteRequest) async throws -> Response {
        try request.refuseQuery()
        try await controller.detach(request.word)
        return Response(status: .noContent)
    }
}
