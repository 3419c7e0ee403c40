import ControlAPI
import Hummingbird

/// The daemon itself.
struct DaemonRoutes: RouteGroup {
    let controller: SwitchController

    var handlers: [Route: RouteTable.Handler] { [.status: status, .openAPI: openAPI] }

    private func status(_ request: RouteRequest) async throws -> Response {
        try request.refuseQuery()
        return try Response(json: await controller.status())
    }

    private func openAPI(_ request: RouteRequest) async throws -> Response {
        try request.refuseQuery()
        return Response(
            status: .ok, headers: [.contentType: "application/yaml"],
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: OpenAPIDocument.bytes)))
    }
}
