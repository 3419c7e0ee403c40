import ControlAPI

/// The directory.
struct DirectoryRoutes: RouteGroup {
    let controller: SwitchController

    var handlers: [Route: RouteTable.Handler] {
        [.checkDirectory: check, .applyDirectory: apply, .showDirectory: show]
    }

    private func check(_ request: RouteRequest) async throws -> HTTPResponse {
        let body = try request.body(DirectoryRequest.self)
        return try HTTPResponse(json: await controller.checkDirectory(body))
    }

    private func apply(_ request: RouteRequest) async throws -> HTTPResponse {
        let body = try request.body(DirectoryRequest.self)
        return try HTTPResponse(json: await controller.applyDirectory(body))
    }

    private func show(_ request: RouteRequest) async throws -> HTTPResponse {
        try request.refuseQuery()
        return try HTTPResponse(json: await controller.showDirectory())
    }
}
