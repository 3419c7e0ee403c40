import ControlAPI

/// Captures: a stream that lasts until its count, its time, its client or the daemon ends.
struct CaptureRoutes: RouteGroup {
    let controller: SwitchController

    /// How long the stream rests when no frame waits.
    private static let rest = Duration.milliseconds(20)

    var handlers: [Route: RouteTable.Handler] { [.capture: capture] }

    private func capture(_ request: RouteRequest) async throws -> HTTPResponse {
        let options = try CaptureOptions(query: request.query)
        let capture = try await controller.startCapture(on: request.word, options)
        return HTTPResponse(
            .ok, "application/x-pcapng", .stream { try await Self.write(capture, to: $0) })
    }

    /// Each write waits until the client has taken what came before. A client that hangs up
    /// cancels the rest between two frames.
    private static func write(
        _ capture: CaptureStream, to client: HTTPResponseStream
    ) async throws {
        while !client.isStopping {
            let bytes = await capture.takeBytes()
            if !bytes.isEmpty { try await client.write(bytes) }
            if await capture.isFinished { break }
            if bytes.isEmpty { try await Task.sleep(for: rest) }
        }
        try await client.write(await capture.finish())
    }
}
