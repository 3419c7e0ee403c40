import ControlAPI
import Foundation
import Testing

@Suite("ControlConnection", .timeLimit(.minutes(1)))
struct ControlConnectionTests {
    /// Why a client of `path` cannot reach the daemon.
    func reason(_ path: String) async throws -> String {
        let client = ControlClient(socketPath: path, deadline: .seconds(5))
        let error = await #expect(throws: ControlError.self) { try await client.status() }
        guard case .unreachable(path, let reason) = error else {
            Issue.record("another error: \(String(describing: error))")
            return ""
        }
        return reason
    }

    @Test("a socket that is not there is told as such, with what to do")
    func missingSocket() async throws {
        #expect(try await reason("/nowhere/control.sock").contains("start vswitchd"))
    }

    @Test("a socket whose daemon has died is told as such")
    func deadSocket() async throws {
        let server = try await ScriptedServer([])
        try await server.stop()
        let path = server.path
        let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
        let isBound = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size)) == 0
            }
        }
        close(descriptor)
        defer { try? FileManager.default.removeItem(atPath: path) }
        #expect(isBound)
        #expect(try await reason(path).contains("nothing listens there"))
    }

    @Test("a path that is too long for a socket is told as such")
    func longPath() async throws {
        let path = "/" + String(repeating: "a", count: 200)
        #expect(try await reason(path).contains("longer than a socket's may be"))
    }

    @Test("a path that is a plain file is not reached")
    func plainFile() async throws {
        #expect(try await !reason("/etc/hostname").isEmpty)
    }

    @Test("an empty path is not reached")
    func emptyPath() async throws {
        #expect(try await !reason("").isEmpty)
    }

    @Test("many requests at once are all answered")
    func answersMany() async throws {
        let body = try ControlJSON.encode(Status.sample)
        let reply = ScriptedServer.reply("200 OK", "application/json", body)
        let server = try await ScriptedServer([.send(reply), .close])
        let client = ControlClient(socketPath: server.path)
        try await withThrowingTaskGroup(of: Status.self) { group in
            for _ in 0..<50 { group.addTask { try await client.status() } }
            for try await status in group { #expect(status == .sample) }
        }
        #expect(server.received.count == 50)
        try await server.stop()
    }
}
