import ControlAPI
import Foundation
import Synchronization

/// A daemon that gives one reply to each route it knows, and remembers what it was asked.
final class StubDaemon: Sendable {
    /// What a route answers.
    struct Reply: Sendable {
        var status = 200
        var body: [UInt8]
        /// Whether the connection stays open behind the body, as in a capture without end.
        var staysOpen = false

        init(_ value: some Encodable) throws {
            body = try ControlJSON.encode(value)
        }

        init(problem: Problem) throws {
            try self.init(problem)
            status = problem.status
        }

        init(bytes: [UInt8], staysOpen: Bool = false) {
            body = bytes
            self.staysOpen = staysOpen
        }
    }

    let path = NSTemporaryDirectory() + "/vswctl-\(UUID().uuidString.prefix(8)).sock"
    private let replies: [String: Reply]
    private let log = Mutex<[String]>([])
    private let descriptor: CInt

    /// Listens; `replies` are by `METHOD /path?query`.
    init(_ replies: [String: Reply]) throws {
        self.replies = replies
        descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { [path] in $0.copyBytes(from: path.utf8) }
        let isBound = withUnsafePointer(to: &address) { [descriptor] pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size)) == 0
            }
        }
        guard isBound, listen(descriptor, 16) == 0 else { throw POSIXError(.EADDRNOTAVAIL) }
        Thread.detachNewThread { self.serve() }
    }

    /// The requests so far: first line, and the body on the next.
    var requests: [String] { log.withLock { $0 } }

    /// Stops listening.
    func stop() {
        shutdown(descriptor, Int32(SHUT_RDWR))
        unlink(path)
    }

    private func serve() {
        while true {
            let connection = accept(descriptor, nil, nil)
            guard connection >= 0 else { break }
            _ = fcntl(connection, F_SETFD, FD_CLOEXEC)
            Thread.detachNewThread { self.answer(connection) }
        }
        close(descriptor)
    }

    private func answer(_ connection: CInt) {
        defer { close(connection) }
        var text = ""
        var piece = [UInt8](repeating: 0, count: 65_536)
        while !Self.isWhole(text) {
            let count = read(connection, &piece, piece.count)
            guard count > 0 else { return }
            text += String(decoding: piece[..<count], as: UTF8.self)
        }
        let words = text.split(separator: " ")
        let body = text.components(separatedBy: "\r\n\r\n").dropFirst().joined()
        log.withLock { $0.append("\(words[0]) \(words[1])" + (body.isEmpty ? "" : "\n\(body)")) }
        send(replies["\(words[0]) \(words[1])"], connection)
    }

    private static func isWhole(_ text: String) -> Bool {
        let parts = text.components(separatedBy: "\r\n\r\n")
        guard parts.count > 1 else { return false }
        let line = parts[0].split(separator: "\r\n").first { $0.hasPrefix("Content-Length: ") }
        let length = line.flatMap { Int($0.dropFirst(16)) } ?? 0
        return parts.dropFirst().joined(separator: "\r\n\r\n").utf8.count >= length
    }

    private func send(_ reply: Reply?, _ connection: CInt) {
        guard
            let reply = reply
                ?? (try? Reply(problem: Problem(.notFound, "There is no such route.")))
        else { return }
        let bytes = Array("HTTP/1.1 \(reply.status) X\r\n\r\n".utf8) + reply.body
        var offset = 0
        while offset < bytes.count {
            let count = bytes[offset...].withUnsafeBytes {
                Glibc.send(connection, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { return }
            offset += count
        }
        var byte: UInt8 = 0
        if reply.staysOpen { _ = read(connection, &byte, 1) }
    }
}
