import Foundation
import NIOCore
import NIOPosix
import Synchronization

/// A server on a Unix socket that answers each connection with the same script, byte by byte as
/// it is told: what a broken, slow or hostile daemon might do.
final class ScriptedServer: Sendable {
    enum Step: Sendable {
        /// Sends these bytes at once.
        case send([UInt8])
        /// Waits.
        case pause(milliseconds: Int64)
        /// Sends these bytes again and again until the client hangs up.
        case flood([UInt8])
        /// Closes the connection; without this it stays open.
        case close
    }

    let path: String
    private let channel: any Channel
    private let requests = RequestLog()

    /// Listens at a path of its own.
    init(_ script: [Step]) async throws {
        let path = NSTemporaryDirectory() + "/vswitch-\(UUID().uuidString.prefix(8)).sock"
        self.path = path
        channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelInitializer { [requests] channel in
                channel.pipeline.addHandler(ScriptHandler(script, requests))
            }
            .bind(unixDomainSocketPath: path).get()
    }

    /// The requests so far, as they came.
    var received: [String] { requests.all.withLock { $0 } }

    /// Stops listening and removes the socket.
    func stop() async throws {
        try await channel.close()
        try? FileManager.default.removeItem(atPath: path)
    }

    /// A reply with a length, as one piece.
    static func reply(_ status: String, _ type: String, _ body: [UInt8]) -> [UInt8] {
        let head =
            "HTTP/1.1 \(status)\r\nContent-Type: \(type)\r\nContent-Length: \(body.count)\r\n\r\n"
        return Array(head.utf8) + body
    }

    /// A chunked reply, cut into chunks of `size`.
    static func chunked(_ body: [UInt8], by size: Int) -> [UInt8] {
        var bytes = Array("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n".utf8)
        for start in stride(from: 0, to: body.count, by: size) {
            let chunk = body[start..<min(start + size, body.count)]
            bytes += Array((String(chunk.count, radix: 16) + "\r\n").utf8) + chunk + [13, 10]
        }
        return bytes + Array("0\r\n\r\n".utf8)
    }
}

/// The requests of all connections.
private final class RequestLog: Sendable {
    let all = Mutex<[String]>([])
}

/// Plays the script once a whole request has arrived.
private final class ScriptHandler: ChannelInboundHandler, Sendable {
    typealias InboundIn = ByteBuffer

    private let script: [ScriptedServer.Step]
    private let requests: RequestLog
    private let text = Mutex("")

    init(_ script: [ScriptedServer.Step], _ requests: RequestLog) {
        self.script = script
        self.requests = requests
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let piece = String(buffer: unwrapInboundIn(data))
        let whole = text.withLock { text in
            text += piece
            return Self.isWhole(text) ? text : nil
        }
        guard let whole else { return }
        requests.all.withLock { $0.append(whole) }
        play(script[...], context.channel)
    }

    private static func isWhole(_ text: String) -> Bool {
        guard let end = text.firstRange(of: "\r\n\r\n") else { return false }
        let line = text.split(separator: "\r\n").first { $0.hasPrefix("Content-Length: ") }
        let length = line.flatMap { Int($0.dropFirst(16)) } ?? 0
        return text[end.upperBound...].utf8.count >= length
    }

    private func play(_ script: ArraySlice<ScriptedServer.Step>, _ channel: any Channel) {
        guard let step = script.first else { return }
        let rest = script.dropFirst()
        switch step {
        case .send(let bytes):
            channel.writeAndFlush(ByteBuffer(bytes: bytes)).whenSuccess { self.play(rest, channel) }
        case .pause(let milliseconds):
            channel.eventLoop.scheduleTask(in: .milliseconds(milliseconds)) {
                self.play(rest, channel)
            }
        case .flood(let bytes):
            channel.writeAndFlush(ByteBuffer(bytes: bytes)).whenSuccess {
                self.play(script, channel)
            }
        case .close:
            channel.close(promise: nil)
        }
    }
}
