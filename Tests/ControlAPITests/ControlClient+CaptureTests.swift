import ControlAPI
import NIOCore
import Testing

extension ControlClientTests {
    static let streamHead = Array("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n".utf8)

    @Test("a capture hands on each byte in order, and ends with the stream")
    func capturesAll() async throws {
        let bytes = (0..<100_000).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ $0 >> 8) }
        let script = [ScriptedServer.Step.send(ScriptedServer.chunked(bytes, by: 777))]
        try await with(script) { client, server in
            var taken: [UInt8] = []
            try await client.capture("web1", CaptureOptions(filter: "tcp port 80")) { taken += $0 }
            #expect(taken == bytes)
            let line = "GET /v1/ports/web1/capture?filter=tcp%20port%2080 HTTP/1.1"
            #expect(server.received.first?.hasPrefix(line) == true)
        }
    }

    @Test("a piece is handed on when it arrives, not when the stream ends")
    func capturesLive() async throws {
        struct Seen: Error {}
        let script = [ScriptedServer.Step.send(Self.streamHead + Array("3\r\nabc\r\n".utf8))]
        try await with(script) { client, _ in
            await #expect(throws: Seen.self) {
                try await client.capture("web1") { bytes in
                    #expect(bytes == Array("abc".utf8))
                    throw Seen()
                }
            }
        }
    }

    @Test("a capture outlives the deadline, which is for the beginning only")
    func outlivesTheDeadline() async throws {
        let script: [ScriptedServer.Step] = [
            .send(Self.streamHead), .pause(milliseconds: 700),
            .send(Array("1\r\nx\r\n0\r\n\r\n".utf8)),
        ]
        try await with(script, deadline: .milliseconds(300)) { client, _ in
            var count = 0
            try await client.capture("web1") { count += $0.count }
            #expect(count == 1)
        }
    }

    @Test("a capture that is refused throws the problem")
    func throwsTheProblem() async throws {
        let problem = Problem(.invalidRequest, "The filter has a syntax error.", field: "filter")
        let body = try ControlJSON.encode(problem)
        let reply = ScriptedServer.reply("400 Bad Request", Problem.mediaType, body)
        try await with([.send(reply)]) { client, _ in
            let error = await #expect(throws: ControlError.self) {
                try await client.capture("web1") { _ in Issue.record("no bytes were sent") }
            }
            #expect(error == .problem(problem))
        }
    }

    @Test("a capture whose daemon dies says so, after all that arrived was handed on")
    func noticesDeath() async throws {
        let script: [ScriptedServer.Step] = [
            .send(Self.streamHead + Array("3\r\nabc\r\n".utf8)), .close,
        ]
        try await with(script) { client, _ in
            var taken: [UInt8] = []
            let error = await #expect(throws: ControlError.self) {
                try await client.capture("web1") { taken += $0 }
            }
            #expect(error?.description.contains("closed the connection") == true)
            #expect(taken == Array("abc".utf8))
        }
    }

    @Test("a cancelled capture ends with a cancellation")
    func cancelsCaptures() async throws {
        try await with([.send(Self.streamHead)]) { client, _ in
            let capture = Task { try await client.capture("web1") { _ in } }
            try await Task.sleep(for: .milliseconds(200))
            capture.cancel()
            await #expect(throws: CancellationError.self) { try await capture.value }
        }
    }

    @Test("a slow reader holds the stream back instead of piling it up")
    func holdsBack() async throws {
        let chunk = Array("10000\r\n".utf8) + [UInt8](repeating: 7, count: 0x10000) + [13, 10]
        let script: [ScriptedServer.Step] = [.send(Self.streamHead), .flood(chunk)]
        struct Enough: Error {}
        try await with(script) { client, _ in
            var count = 0
            await #expect(throws: Enough.self) {
                try await client.capture("web1") { bytes in
                    count += bytes.count
                    #expect(bytes.count <= 1 << 20)
                    try await Task.sleep(for: .milliseconds(5))
                    if count > 4 << 20 { throw Enough() }
                }
            }
        }
    }
}
