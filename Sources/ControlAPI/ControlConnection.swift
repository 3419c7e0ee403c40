import NIOCore
import NIOHTTP1
import NIOPosix

/// One request over one connection to the control socket; the connection ends with it.
struct ControlConnection {
    typealias Channel = NIOAsyncChannel<HTTPClientResponsePart, HTTPClientRequestPart>
    typealias Parts = NIOAsyncChannelInboundStream<HTTPClientResponsePart>.AsyncIterator

    /// The event loop of every client in this process: one thread, which lives as long as it.
    static let eventLoops = MultiThreadedEventLoopGroup(numberOfThreads: 1)

    let socketPath: String
    let deadline: Duration

    /// Sends `request`, then hands the head of the reply and the rest of it to `receive`.
    ///
    /// The deadline holds until `receive` returns; one that reads a stream lifts it by calling
    /// `cancel()` on what it is given.
    func exchange<Result>(
        _ request: ControlRequest,
        _ receive: (HTTPResponseHead, inout Parts, Scheduled<Void>) async throws -> Result
    ) async throws -> Result {
        let channel = try await connect()
        let timer = channel.channel.eventLoop.scheduleTask(in: TimeAmount(deadline)) {
            channel.channel.close(promise: nil)
        }
        defer { timer.cancel() }
        let limit = ContinuousClock.now + deadline
        do {
            return try await channel.executeThenClose { inbound, outbound in
                // An early refusal may end the connection before all of the body is sent: the
                // reply says more than the failed write.
                try? await outbound.write(contentsOf: request.parts)
                var parts = inbound.makeAsyncIterator()
                guard case .head(let head) = try await parts.next() else {
                    try Task.checkCancellation()
                    throw EarlyEnd()
                }
                return try await receive(head, &parts, timer)
            }
        } catch is EarlyEnd {
            throw ContinuousClock.now >= limit ? timedOut : hungUp
        } catch let error as HTTPParserError {
            throw ended(error, limit)
        } catch let error as IOError {
            throw ContinuousClock.now >= limit ? timedOut : unreachable(error)
        } catch let error as ChannelError {
            throw ended(error, limit)
        }
    }

    private func connect() async throws(ControlError) -> Channel {
        do {
            return try await ClientBootstrap(group: Self.eventLoops)
                .connectTimeout(TimeAmount(deadline))
                .connect(unixDomainSocketPath: socketPath) { channel in
                    channel.eventLoop.makeCompletedFuture {
                        try channel.pipeline.syncOperations.addHTTPClientHandlers()
                        return try Channel(wrappingChannelSynchronously: channel)
                    }
                }
        } catch let error as IOError {
            throw unreachable(error)
        } catch is SocketAddressError {
            throw .unreachable(
                path: socketPath, reason: "the path is longer than a socket's may be (107 bytes)")
        } catch {
            throw .unreachable(path: socketPath, reason: "\(error)")
        }
    }
}

/// The connection ended before the reply did.
struct EarlyEnd: Error {}

extension ControlConnection {
    private var timedOut: ControlError {
        .timedOut(path: socketPath, seconds: Int(deadline.components.seconds))
    }

    private var hungUp: ControlError {
        .unreachable(
            path: socketPath, reason: "it closed the connection before it had answered; see its log"
        )
    }

    private func ended(_ error: some Error, _ limit: ContinuousClock.Instant) -> ControlError {
        if ContinuousClock.now >= limit { return timedOut }
        if let error = error as? HTTPParserError, error != .invalidEOFState {
            return .unreachable(path: socketPath, reason: "what answers there is not vswitchd")
        }
        return hungUp
    }

    private func unreachable(_ error: IOError) -> ControlError {
        .unreachable(path: socketPath, reason: Self.reason(error.errnoCode) ?? "\(error)")
    }

    /// What a failed connection means for the person who asked.
    private static func reason(_ errno: CInt) -> String? {
        switch errno {
        case 2: "there is no such socket; start vswitchd, or name its socket with --socket"
        case 13: "permission denied; run this as root"
        case 111: "nothing listens there; vswitchd has stopped, start it again"
        case 32, 104: "it closed the connection before it had answered; see its log"
        default: nil
        }
    }
}
