import NIOCore
import NIOHTTP1

/// One client's connection: its requests one after the other, each answered before the next is
/// looked at.
struct HTTPConnection: Sendable {
    typealias Inbound = NIOAsyncChannel<HTTPServerRequestPart, Never>
    typealias Parts = NIOAsyncChannelInboundStream<HTTPServerRequestPart>.AsyncIterator

    /// What a connection knows of its server.
    struct Server: Sendable {
        let limits: HTTPServer.Limits
        let connections: OpenConnections
        let stop: StopSignal

        init(
            _ limits: HTTPServer.Limits, _ connections: OpenConnections, _ stop: StopSignal
        ) {
            self.limits = limits
            self.connections = connections
            self.stop = stop
        }
    }

    let inbound: Inbound
    let responder: any HTTPResponder
    let server: Server

    var channel: any Channel { inbound.channel }

    init(_ inbound: Inbound, _ responder: any HTTPResponder, _ server: Server) {
        self.inbound = inbound
        self.responder = responder
        self.server = server
    }

    /// What is read from a channel that was just accepted.
    static func inbound(of channel: any Channel) throws -> Inbound {
        var limits = NIOHTTPDecoderLimitConfiguration()
        limits.maxHeaderFieldSize = 16 << 10
        limits.maxHeaderListSize = 64 << 10
        limits.maxHeaderFieldCount = 100
        // Requests are taken up in order and errors answered below, so no handler does either.
        try channel.pipeline.syncOperations.configureHTTPServerPipeline(
            withPipeliningAssistance: false, withErrorHandling: false,
            withEncoderConfiguration: .init(), withDecoderLimitConfiguration: limits)
        return try Inbound(wrappingChannelSynchronously: channel)
    }

    /// Serves until the client or the server ends it. No error of a client goes further than here.
    func serve() async {
        server.connections.add(channel)
        defer { server.connections.remove(channel) }
        try? await inbound.executeThenClose { inbound in
            var parts = inbound.makeAsyncIterator()
            do {
                while try await exchange(&parts) {}
            } catch let error as HTTPParserError {
                try await write(HTTPResponse(.notHTTP(error)), to: nil, isLast: true)
            }
        }
    }

    /// Reads one request and answers it; false when it was the last.
    private func exchange(_ parts: inout Parts) async throws -> Bool {
        guard let head = try await head(&parts), server.connections.begin(channel) else {
            return false
        }
        defer { server.connections.end(channel) }
        switch try await request(head, &parts) {
        case .success(let request):
            let response = await responder.respond(to: request)
            let isLast = isLast(head, response)
            try await write(response, to: head, isLast: isLast)
            return !isLast
        case .failure(let problem):
            let response = HTTPResponse(problem, at: HTTPRequest(head).path)
            try await write(response, to: head, isLast: true)
            await discard(&parts)
            return false
        }
    }

    private func isLast(_ head: HTTPRequestHead, _ response: HTTPResponse) -> Bool {
        if case .stream = response.body { return true }
        return head.version != .http1_1 || !head.isKeepAlive || server.stop.isRaised
    }

    /// Closes the connection unless the client has done its part in time.
    func timer() -> Scheduled<Void> {
        channel.eventLoop.scheduleTask(in: TimeAmount(server.limits.idle)) { [channel] in
            channel.close(promise: nil)
        }
    }
}
