import ControlAPI
import Hummingbird
import ServiceLifecycle

/// Captures: a stream that lasts until its count, its time, its client or the daemon ends.
struct CaptureRoutes: RouteGroup {
    let controller: SwitchController

    /// How long the stream rests when no frame waits.
    private static let rest = Duration.milliseconds(20)

    var handlers: [Route: RouteTable.Handler] { [.capture: capture] }

    private func capture(_ request: RouteRequest) async throws -> Response {
        let options = try CaptureOptions(query: request.query)
        let stream = try await controller.startCapture(on: request.word, options)
        let requestBody = request.request.body
        let body = ResponseBody { writer in
            // A client that hangs up cancels the stream, also while no frame comes.
            try await requestBody.consumeWithCancellationOnInboundClose { _ in
                try await Self.write(stream, to: &writer)
            }
            try await writer.finish(nil)
        }
        return Response(
            status: .ok,
            headers: [.contentType: "application/x-pcapng", .connection: "close"], body: body)
    }

    /// Each write waits until the client has taken what came before.
    private static func write(
        _ stream: CaptureStream, to writer: inout any ResponseBodyWriter
    ) async throws {
        while !Task.isShuttingDownGracefully {
            let bytes = await stream.takeBytes()
            if !bytes.isEmpty { try await writer.write(ByteBuffer(bytes: bytes)) }
            if await stream.isFinished { break }
            if bytes.isEmpty { try await Task.sleep(for: rest) }
        }
        try await writer.write(ByteBuffer(bytes: await stream.finish()))
    }
}
