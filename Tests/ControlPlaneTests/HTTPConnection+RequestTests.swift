import ControlAPI
import ControlPlane
import Testing

/// Requests that are too large, and what is no request at all.
@Suite("a hostile HTTP client")
struct HTTPConnectionRequestTests {
    private static let limit = SampleResponder.bodyByteCountMax

    private static func chunked(_ byteCount: Int, chunk: Int) -> String {
        var text = "POST /echo HTTP/1.1\r\nHost: v\r\nTransfer-Encoding: chunked\r\n\r\n"
        for start in stride(from: 0, to: byteCount, by: chunk) {
            let count = min(chunk, byteCount - start)
            text +=
                String(count, radix: 16) + "\r\n" + String(repeating: "c", count: count) + "\r\n"
        }
        return text + "0\r\n\r\n"
    }

    @Test("a body up to the limit is taken, one byte more is refused", arguments: [1, 7, 4_096])
    func limitsBodies(chunk: Int) async throws {
        let rig = try await HTTPRig()
        for (count, status) in [(0, 200), (Self.limit, 200), (Self.limit + 1, 413)] {
            let body = String(repeating: "c", count: count)
            let client = try rig.client()
            client.send(RawRequest.text("POST", "/echo", body))
            #expect(try RawReply(await client.read(until: "\r\n\r\n")).status == status)
            let other = try rig.client()
            await other.sendAll(Self.chunked(count, chunk: chunk))
            #expect(try RawReply(await other.read(until: "\r\n\r\n")).status == status)
        }
    }

    @Test("who sends far too much reads a problem document, and then the connection ends")
    func refusesHugeBodies() async throws {
        let rig = try await HTTPRig()
        let body = String(repeating: "x", count: 16 << 20)
        let reply = try await RawClient.send(RawRequest.text("POST", "/a?b", body), to: rig.path)
        let problem = try reply.problem()
        #expect(problem.status == 413 && problem.field == "body" && problem.instance == "/a")
        #expect(reply.head.contains("connection: close"))
        #expect(reply.head.contains("content-type: application/problem+json"))
        #expect(rig.responder.begun == 0)
    }

    private static let garbage = [
        "hello\r\n\r\n", "\r\n\r\n\r\nGET\r\n", "\u{16}\u{3}\u{1}\u{0}\u{0}\u{0}",
        "GET / HTTP/9.9\r\nHost: v\r\n\r\n", "GET / HTTP/2.0\r\nHost: v\r\n\r\n",
        "GET /\r\n\r\n", "GET  HTTP/1.1\r\nHost: v\r\n\r\n", "GET / HTTP/1.1\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: v\r\nno colon\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: v\r\nName : v\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: v\r\nContent-Length: -1\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: v\r\nContent-Length: 1, 2\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: v\r\nContent-Length: 99999999999999999999\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: v\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: v\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        "GET / HTTP/1.1\r\nHost: v\r\nA: \(String(repeating: "a", count: 20_000))\r\n\r\n",
        "GET / HTTP/1.1\r\n" + (0..<200).map { "H\($0): v\r\n" }.joined() + "\r\n",
    ]

    @Test("what is no HTTP/1.1 gets 400 and the connection's end", arguments: garbage.indices)
    func refusesGarbage(index: Int) async throws {
        let rig = try await HTTPRig()
        let client = try rig.client()
        await client.sendAll(Self.garbage[index])
        let reply = try RawReply(await client.read())
        #expect(try reply.status == 400 && reply.problem().status == 400)
        #expect(reply.head.contains("connection: close"))
        #expect(rig.responder.begun == 0)
    }

    @Test("garbage behind a good request does not take its answer away")
    func answersBeforeGarbage() async throws {
        let rig = try await HTTPRig()
        let client = try rig.client()
        await client.sendAll(RawRequest.text("GET", "/slow") + "\u{0}\u{1}\r\n\r\n")
        let text = String(decoding: await client.read(), as: UTF8.self)
        #expect(text.hasPrefix("HTTP/1.1 200") && text.contains("\r\n\r\nslowHTTP/1.1 400"))
    }

    @Test("any bytes whatsoever leave the server serving")
    func survivesNoise() async throws {
        let rig = try await HTTPRig()
        let seed = UInt64.random(in: .min ... .max)
        var random = SeededRandom(seed: seed)
        let valid = Array(Self.chunked(40, chunk: 9).utf8)
        for _ in 0..<200 {
            var bytes = valid
            for _ in 0..<Int.random(in: 1...4, using: &random) {
                let place = Int.random(in: bytes.indices, using: &random)
                bytes[place] = UInt8.random(in: 0...127, using: &random)
            }
            let client = try rig.client()
            await client.sendAll(String(decoding: bytes, as: UTF8.self), thenHalfClose: true)
            let reply = await client.read()
            #expect(reply.isEmpty || reply.starts(with: "HTTP/1.".utf8), "seed \(seed)")
        }
        #expect(try await rig.isServing(), "seed \(seed)")
    }
}
