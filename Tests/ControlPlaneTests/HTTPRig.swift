import ControlPlane
import NIOCore
import Synchronization

/// A server behind a real Unix socket, with answers made for tests.
final class HTTPRig: Sendable {
    let path: String
    let responder = SampleResponder()
    let stopSignal = StopSignal()
    private let directory: SwitchRig.Home
    private let task: Task<Void, any Error>

    /// Starts a server.
    init(_ limits: HTTPServer.Limits = HTTPServer.Limits()) async throws {
        directory = try SwitchRig.Home()
        path = "\(directory.temporary.path)/http.sock"
        let server = try await HTTPServer(at: path, responder, limits)
        task = Task { [stopSignal] in try await server.run(until: stopSignal) }
    }

    /// Starts a server that bears a client's silence this long.
    convenience init(idle: Duration) async throws {
        var limits = HTTPServer.Limits()
        limits.idle = idle
        try await self.init(limits)
    }

    deinit { stopSignal.raise() }

    /// Stops the server and waits until it has ended.
    func stop() async throws {
        stopSignal.raise()
        try await task.value
    }

    /// A connected client.
    func client() throws -> RawClient { try RawClient(path) }

    /// Whether the server answers somebody new.
    func isServing() async throws -> Bool {
        try await RawClient.request("GET", "/echo", to: path).text == "GET /echo - "
    }
}

/// Answers by path, and remembers what happened to its streams.
final class SampleResponder: HTTPResponder {
    /// The largest body it takes, in bytes.
    static let bodyByteCountMax = 1_000
    /// The size of the answer at `/big`, in bytes.
    static let bigByteCount = 4 << 20

    private let state = Mutex((begun: 0, ended: [String](), sent: 0))

    /// How many requests have reached it.
    var begun: Int { state.withLock { $0.begun } }
    /// How its streams ended.
    var ended: [String] { state.withLock { $0.ended } }
    /// How many bytes its streams have sent.
    var sent: Int { state.withLock { $0.sent } }

    func bodyByteCountMax(of request: HTTPRequest) -> Int { Self.bodyByteCountMax }

    func respond(to request: HTTPRequest) async -> HTTPResponse {
        state.withLock { $0.begun += 1 }
        switch request.path {
        case "/slow":
            try? await Task.sleep(for: .milliseconds(400))
            return text("slow")
        case "/big":
            let bytes = ByteBuffer(repeating: UInt8(ascii: "b"), count: Self.bigByteCount)
            return HTTPResponse(.ok, "text/plain", .bytes(bytes))
        case "/stream": return stream(chunk: "tick ", every: .milliseconds(10))
        case "/flood": return stream(chunk: String(repeating: "f", count: 65_536), every: .zero)
        case "/nothing": return HTTPResponse(.noContent)
        default:
            let body = String(buffer: request.body)
            return text("\(request.method) \(request.path) \(request.query ?? "-") \(body)")
        }
    }

    private func text(_ text: String) -> HTTPResponse {
        HTTPResponse(.ok, "text/plain", .bytes(ByteBuffer(string: text)))
    }

    private func stream(chunk: String, every pause: Duration) -> HTTPResponse {
        HTTPResponse(
            .ok, "text/plain",
            .stream { [self] client in
                do {
                    while !client.isStopping {
                        try await client.write(Array(chunk.utf8))
                        state.withLock { $0.sent += chunk.utf8.count }
                        try await Task.sleep(for: pause)
                    }
                    try await client.write(Array("end".utf8))
                    state.withLock { $0.ended.append("in order") }
                } catch {
                    state.withLock { $0.ended.append("cut off") }
                    throw error
                }
            })
    }
}
