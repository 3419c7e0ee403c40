import ControlAPI

/// Flows and counters.
struct WatchingRoutes: RouteGroup {
    let controller: SwitchController

    var handlers: [Route: RouteTable.Handler] {
        [
            .listFlows: flows, .counters: counters, .portCounters: portCounters,
            .portDrops: drops,
        ]
    }

    private func flows(_ request: RouteRequest) async throws -> HTTPResponse {
        try HTTPResponse(json: await controller.flows(try FlowQuery(query: request.query)))
    }

    private func drops(_ request: RouteRequest) async throws -> HTTPResponse {
        let query = try DropQuery(query: request.query)
        return try HTTPResponse(json: await controller.drops(at: request.word, query))
    }

    private func counters(_ request: RouteRequest) async throws -> HTTPResponse {
        try request.refuseQuery()
        return try HTTPResponse(json: await controller.counters())
    }

    private func portCounters(_ request: RouteRequest) async throws -> HTTPResponse {
        try request.refuseQuery()
        return try HTTPResponse(json: await controller.counters(of: request.word))
    }
}
