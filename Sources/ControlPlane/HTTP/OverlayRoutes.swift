import ControlAPI

/// The overlay.
struct OverlayRoutes: RouteGroup {
    let controller: SwitchController

    var handlers: [Route: RouteTable.Handler] {
        [
            .showOverlay: show, .showOverlayKey: showKey, .changeOverlayKey: changeKey,
            .listOverlayPeers: peers, .overlayMTU: mtu, .rekey: rekey, .exportWireGuard: export,
            .protectHost: protect,
        ]
    }

    private func show(_ request: RouteRequest) async throws -> HTTPResponse {
        try request.refuseQuery()
        return try HTTPResponse(json: await controller.overlayReport())
    }

    private func showKey(_ request: RouteRequest) async throws -> HTTPResponse {
        try request.refuseQuery()
        return try HTTPResponse(json: await controller.overlayKey())
    }

    private func changeKey(_ request: RouteRequest) async throws -> HTTPResponse {
        let body = try request.body(OverlayKeyRequest.self)
        return try HTTPResponse(json: await controller.changeOverlayKey(body))
    }

    private func peers(_ request: RouteRequest) async throws -> HTTPResponse {
        try request.refuseQuery()
        return try HTTPResponse(json: await controller.overlayPeers())
    }

    private func mtu(_ request: RouteRequest) async throws -> HTTPResponse {
        var hosts = try request.values(of: "host")
        if hosts.count > 1 {
            throw Problem(.invalidRequest, "'host' is given twice.", field: "host")
        }
        return try HTTPResponse(json: await controller.overlayMTU(host: hosts.popLast()))
    }

    private func rekey(_ request: RouteRequest) async throws -> HTTPResponse {
        try HTTPResponse(json: await controller.rekey(try request.body(RekeyRequest.self)))
    }

    private func export(_ request: RouteRequest) async throws -> HTTPResponse {
        try request.refuseQuery()
        return try HTTPResponse(json: await controller.exportWireGuard(request.word))
    }

    private func protect(_ request: RouteRequest) async throws -> HTTPResponse {
        let devices = try request.values(of: "device")
        return try HTTPResponse(json: await controller.protectHost(devices))
    }
}

extension RouteRequest {
    /// The values of the one parameter that a route knows, in their order.
    fileprivate func values(of parameter: String) throws(Problem) -> [String] {
        for (name, _) in query where name != parameter {
            throw Problem.unknownParameter(name, known: [parameter])
        }
        return query.map(\.value)
    }
}
