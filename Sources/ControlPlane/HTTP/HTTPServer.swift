import NIOCore
import NIOHTTP1
import NIOPosix

/// Serves HTTP/1.1 (RFC 9112) on a Unix socket.
///
/// Its clients are few and local, but nothing that one of them does may cost the others more than
/// `limits` says, nor end the server.
package struct HTTPServer: Sendable {
    /// What one client, and all of them together, may cost.
    package struct Limits: Sendable {
        /// The most connections served at once; more wait until one ends.
        package var connectionCount = 256
        /// How long a client may be silent, and how long it may take for a request's head, for its
        /// body, and to take the answer.
        package var idle = Duration.seconds(60)
        /// How long running requests may take after the stop.
        package var patience = Duration.seconds(1)

        /// The limits of the daemon.
        package init() {}
    }

    /// One thread reads and writes for all clients, as long as this process lives.
    private static let eventLoops = MultiThreadedEventLoopGroup(numberOfThreads: 1)

    private let listener: NIOAsyncChannel<HTTPConnection.Inbound, Never>
    private let responder: any HTTPResponder
    private let limits: Limits

    /// Listens at `path`; clients wait until the server runs.
    package init(
        at path: String, _ responder: any HTTPResponder, _ limits: Limits = Limits()
    ) async throws {
        self.responder = responder
        self.limits = limits
        listener = try await ServerBootstrap(group: Self.eventLoops)
            // A client that has said all it wants to may still wait for its answers.
            .childChannelOption(.allowRemoteHalfClosure, value: true)
            .bind(unixDomainSocketPath: path) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try HTTPConnection.inbound(of: channel)
                }
            }
    }

    /// Serves until `stop`: then it accepts no more, lets running requests end, and returns.
    package func run(until stop: StopSignal) async throws {
        let connections = OpenConnections()
        stop.onRaise { [self] in end(connections) }
        let server = HTTPConnection.Server(limits, connections, stop)
        try await listener.executeThenClose { clients in try await serve(clients, server) }
    }

    private func serve(
        _ clients: NIOAsyncChannelInboundStream<HTTPConnection.Inbound>,
        _ server: HTTPConnection.Server
    ) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            var count = 0
            for try await client in clients {
                if count == limits.connectionCount {
                    try await group.next()
                    count -= 1
                }
                group.addTask { await HTTPConnection(client, responder, server).serve() }
                count += 1
            }
        }
    }

    private func end(_ connections: OpenConnections) {
        listener.channel.close(promise: nil)
        connections.closeIdle()
        listener.channel.eventLoop.scheduleTask(in: TimeAmount(limits.patience)) {
            connections.closeAll()
        }
    }
}
