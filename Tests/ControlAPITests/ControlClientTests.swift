import ControlAPI
import NIOCore
import Testing

@Suite("ControlClient", .timeLimit(.minutes(2)))
struct ControlClientTests {
    static let json = "application/json"

    /// Runs `body` with a client of a server that plays `script`.
    @discardableResult
    func with<Result>(
        _ script: [ScriptedServer.Step], deadline: Duration = .seconds(20),
        _ body: (ControlClient, ScriptedServer) async throws -> Result
    ) async throws -> Result {
        let server = try await ScriptedServer(script)
        let client = ControlClient(socketPath: server.path, deadline: deadline)
        do {
            let result = try await body(client, server)
            try await server.stop()
            return result
        } catch {
            try await server.stop()
            throw error
        }
    }

    /// The error that `status` throws against a server that plays `script`.
    func failure(
        _ script: [ScriptedServer.Step], deadline: Duration = .seconds(20)
    ) async throws -> ControlError? {
        try await with(script, deadline: deadline) { client, _ in
            await #expect(throws: ControlError.self) { try await client.status() }
        }
    }

    static func status() throws -> [UInt8] { try ControlJSON.encode(Status.sample) }

    @Test("a reply is read however it is cut", arguments: [1, 2, 7, 1_000])
    func readsPieces(size: Int) async throws {
        let reply = ScriptedServer.reply("200 OK", Self.json, try Self.status())
        let pieces = stride(from: 0, to: reply.count, by: size).map {
            ScriptedServer.Step.send(Array(reply[$0..<min($0 + size, reply.count)]))
        }
        let status = try await with(pieces) { client, _ in try await client.status() }
        #expect(status == .sample)
    }

    @Test("a chunked reply is read, whatever the chunks", arguments: [1, 3, 4_096])
    func readsChunks(size: Int) async throws {
        let reply = ScriptedServer.chunked(try Self.status(), by: size)
        let status = try await with([.send(reply)]) { client, _ in try await client.status() }
        #expect(status == .sample)
    }

    @Test("a reply that ends with the connection is read")
    func readsToTheEnd() async throws {
        let reply = Array("HTTP/1.1 200 OK\r\n\r\n".utf8) + (try Self.status())
        let script: [ScriptedServer.Step] = [.send(reply), .close]
        #expect(try await with(script) { client, _ in try await client.status() } == .sample)
    }

    @Test("a problem document is thrown as it is")
    func throwsProblems() async throws {
        let body = try ControlJSON.encode(Problem.sample)
        let reply = ScriptedServer.reply("422 X", Problem.mediaType, body)
        #expect(try await failure([.send(reply)]) == .problem(.sample))
    }

    @Test("an error without a problem document says its status")
    func throwsOtherErrors() async throws {
        let reply = ScriptedServer.reply("502 Bad Gateway", "text/html", Array("<p>".utf8))
        let error = try await failure([.send(reply)])
        #expect(error?.description.contains("status 502") == true)
    }

    @Test("a reply of another shape names the field that is missing")
    func throwsOtherShapes() async throws {
        let reply = ScriptedServer.reply("200 OK", Self.json, Array("{}".utf8))
        guard case .unexpectedReply(.status, let reason) = try await failure([.send(reply)]) else {
            Issue.record("another error")
            return
        }
        #expect(reason.hasSuffix("is required and missing"))
    }

    @Test("a reply that is cut anywhere is told as a daemon that went away", arguments: [0, 1, 2])
    func noticesEarlyEnds(part: Int) async throws {
        let reply = ScriptedServer.reply("200 OK", Self.json, try Self.status())
        let count = [0, 20, reply.count - 1][part]
        let error = try await failure([.send(Array(reply.prefix(count))), .close])
        guard case .unreachable(_, let reason) = error else {
            Issue.record("another error: \(String(describing: error))")
            return
        }
        #expect(reason.contains("closed the connection"))
    }

    @Test("a daemon that does not answer is given up at the deadline", arguments: [false, true])
    func givesUp(hasBegun: Bool) async throws {
        let begin = ScriptedServer.Step.send(Array("HTTP/1.1 200 OK\r\n".utf8))
        let error = try await failure(hasBegun ? [begin] : [], deadline: .milliseconds(300))
        guard case .timedOut = error else {
            Issue.record("another error: \(String(describing: error))")
            return
        }
    }

    @Test("a reply without end is cut off at the limit")
    func limitsReplies() async throws {
        let head = Array("HTTP/1.1 200 OK\r\n\r\n".utf8)
        let flood = ScriptedServer.Step.flood([UInt8](repeating: 0x20, count: 1 << 20))
        let error = try await failure([.send(head), flood])
        #expect(error == .replyTooLarge(byteCountMax: 64 << 20))
    }

    @Test("something that does not speak HTTP is told as such")
    func noticesOtherProtocols() async throws {
        let error = try await failure([.send(Array("SSH-2.0-OpenSSH_9.2\r\n".utf8))])
        #expect(error?.description.contains("not vswitchd") == true)
    }

    @Test("a cancelled request ends")
    func cancels() async throws {
        try await with([]) { client, _ in
            let request = Task { try await client.status() }
            try await Task.sleep(for: .milliseconds(100))
            request.cancel()
            let error = await #expect(throws: ControlError.self) { try await request.value }
            #expect(error == .cancelled)
        }
    }
}
