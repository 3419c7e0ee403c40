import ControlAPI
import NIOCore

/// The daemon itself.
struct DaemonRoutes: RouteGroup {
    let controller: SwitchController

    var handlers: [Route: RouteTable.Handler] { [.status: status, .openAPI: openAPI] }

    private func status(_ request: RouteRequest) async throws -> HTTPResponse {
        try request.refuseQuery()
        return try HTTPResponse(json: await controller.status())
    }

    private func openAPI(_ request: RouteRequest) async throws -> HTTPResponse {
        try request.refuseQuery()
        return HTTPResponse(
            .ok, "application/yaml", .bytes(ByteBuffer(bytes: OpenAPIDocument.bytes)))
    }
}
