import ControlAPI
import ControlPlane
import Foundation

/// A reply as it came over the socket.
struct RawReply {
    let status: Int
    let head: String
    let body: [UInt8]

    /// The first reply in `bytes`, and everything behind it as its body.
    init(_ bytes: [UInt8]) throws {
        guard let end = bytes.firstRange(of: Array("\r\n\r\n".utf8)) else {
            throw StartError("no reply: \(String(decoding: bytes, as: UTF8.self))")
        }
        head = String(decoding: bytes[..<end.lowerBound], as: UTF8.self).lowercased()
        status = head.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0
        body = Array(bytes[end.upperBound...])
    }

    /// The body as text.
    var text: String { String(decoding: body, as: UTF8.self) }

    /// The problem document in the body.
    func problem() throws -> Problem { try ControlJSON.decode(Problem.self, from: body) }
}

/// A client that sends exactly what it is told, also what no client should send; nothing waits
/// longer than five seconds.
///
/// What waits does so on a thread of its own, because the server shares the tasks' threads with
/// the test.
final class RawClient: Sendable {
    private let descriptor: CInt

    /// Connects to the socket at `path`.
    init(_ path: String) throws {
        descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
        let size = socklen_t(MemoryLayout<sockaddr_un>.size)
        let status = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                Foundation.connect(descriptor, $0, size)
            }
        }
        guard status == 0 else { throw StartError("cannot connect: \(errno)") }
        var timeout = timeval(tv_sec: 5, tv_usec: 0)
        let length = socklen_t(MemoryLayout<timeval>.size)
        for option in [SO_RCVTIMEO, SO_SNDTIMEO] {
            setsockopt(descriptor, SOL_SOCKET, option, &timeout, length)
        }
    }

    deinit { close(descriptor) }

    /// Sends what fits into the socket without waiting; false when the server has closed.
    @discardableResult
    func send(_ text: String) -> Bool { Self.send(Array(text.utf8)[...], through: descriptor) > 0 }

    /// Sends everything, as far as the server takes it, and perhaps says that this was all.
    func sendAll(_ text: String, thenHalfClose: Bool = false) async {
        await onThread { [descriptor] in
            var rest = Array(text.utf8)[...]
            while !rest.isEmpty {
                let count = Self.send(rest, through: descriptor)
                if count <= 0 { break }
                rest = rest.dropFirst(count)
            }
            if thenHalfClose { shutdown(descriptor, Int32(SHUT_WR)) }
        }
    }

    /// What the server sends until it has sent `text`, or until it closes without one.
    func read(until text: String? = nil) async -> [UInt8] {
        await onThread { [descriptor] in
            var bytes: [UInt8] = []
            var buffer = [UInt8](repeating: 0, count: 65_536)
            while true {
                let count = recv(descriptor, &buffer, buffer.count, 0)
                if count <= 0 { return bytes }
                bytes += buffer.prefix(count)
                if let text, bytes.firstRange(of: Array(text.utf8)) != nil { return bytes }
            }
        }
    }

    /// Whether the server closes the connection within the five seconds.
    func isClosed() async -> Bool {
        await onThread { [descriptor] in
            var byte: UInt8 = 0
            while true {
                let count = recv(descriptor, &byte, 1, 0)
                if count <= 0 { return count == 0 || errno == ECONNRESET }
            }
        }
    }

    private static func send(_ bytes: ArraySlice<UInt8>, through descriptor: CInt) -> Int {
        bytes.withUnsafeBytes {
            Foundation.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
        }
    }

    private func onThread<Value: Sendable>(
        _ body: @escaping @Sendable () -> Value
    ) async -> Value {
        await withCheckedContinuation { continuation in
            Thread.detachNewThread { [self] in
                continuation.resume(returning: withExtendedLifetime(self, body))
            }
        }
    }
}

extension RawClient {
    /// Sends `text` over a connection of its own, and reads until the server closes.
    static func send(_ text: String, to path: String) async throws -> RawReply {
        let client = try RawClient(path)
        await client.sendAll(text)
        return try RawReply(await client.read())
    }

    /// A request of this method and target, closed after the reply.
    static func request(
        _ method: String, _ target: String, body: String? = nil, to path: String
    ) async throws -> RawReply {
        try await send(
            RawRequest.text(method, target, body, ["Connection: close"]), to: path)
    }
}

/// Requests as they go over the wire.
enum RawRequest {
    /// A request with these header fields, its host and its length.
    static func text(
        _ method: String, _ target: String, _ body: String? = nil, _ fields: [String] = []
    ) -> String {
        var lines = ["\(method) \(target) HTTP/1.1", "Host: vswitch"] + fields
        if let body { lines.append("Content-Length: \(body.utf8.count)") }
        return lines.joined(separator: "\r\n") + "\r\n\r\n" + (body ?? "")
    }
}
