import ControlAPI
import ControlPlane
import Testing

/// What goes over one connection, in order and out of order.
@Suite("an HTTP connection")
struct HTTPConnectionTests {
    @Test("the responder gets the request as it was sent, and the connection serves on")
    func keepsAlive() async throws {
        let rig = try await HTTPRig()
        let client = try rig.client()
        client.send(RawRequest.text("PUT", "/echo?a=%20b", "hello"))
        let first = try RawReply(await client.read(until: "hello"))
        #expect(first.status == 200 && first.text == "PUT /echo a=%20b hello")
        #expect(first.head.contains("content-type: text/plain"))
        #expect(!first.head.contains("connection: close"))
        client.send(RawRequest.text("DELETE", "/nothing"))
        let second = try RawReply(await client.read(until: "\r\n\r\n"))
        #expect(second.status == 204 && !second.head.contains("content-length"))
        client.send(RawRequest.text("GET", "/echo", nil, ["Connection: close"]))
        let third = try RawReply(await client.read())
        #expect(third.text == "GET /echo - " && third.head.contains("connection: close"))
    }

    @Test("pipelined requests are answered in their order, though the first takes longer")
    func answersInOrder() async throws {
        let rig = try await HTTPRig()
        let client = try rig.client()
        var text = RawRequest.text("GET", "/slow")
        for number in 0..<50 { text += RawRequest.text("POST", "/\(number)", "body\(number)") }
        await client.sendAll(text + RawRequest.text("GET", "/last", nil, ["Connection: close"]))
        let all = String(decoding: await client.read(), as: UTF8.self)
        let answers = ["slow"] + (0..<50).map { "POST /\($0) - body\($0)" } + ["GET /last - "]
        var rest = all[...]
        for answer in answers {
            let range = try #require(rest.firstRange(of: "\r\n\r\n\(answer)"), "\(answer): \(rest)")
            rest = rest[range.upperBound...]
        }
        #expect(rest.isEmpty && rig.responder.begun == 52)
    }

    @Test("a client that says no more gets its answers nevertheless")
    func answersHalfClosed() async throws {
        let rig = try await HTTPRig()
        let client = try rig.client()
        await client.sendAll(
            RawRequest.text("GET", "/slow") + RawRequest.text("GET", "/big"), thenHalfClose: true)
        let bytes = await client.read()
        #expect(bytes.firstRange(of: Array("\r\n\r\nslowHTTP".utf8)) != nil)
        #expect(bytes.count(where: { $0 == UInt8(ascii: "b") }) >= SampleResponder.bigByteCount)
    }

    @Test("a request that ends at any byte before its last is never answered as if it were whole")
    func refusesTruncated() async throws {
        let rig = try await HTTPRig()
        let text = RawRequest.text("POST", "/echo", "0123456789")
        for count in 1..<text.utf8.count {
            let client = try rig.client()
            await client.sendAll(String(text.prefix(count)), thenHalfClose: true)
            let bytes = await client.read()
            let status = bytes.isEmpty ? 400 : try RawReply(bytes).status
            #expect(status == 400, "after \(count) bytes")
        }
        #expect(rig.responder.begun == 0)
        #expect(try await rig.isServing())
    }

    @Test("HEAD is answered with the head alone")
    func answersHead() async throws {
        let rig = try await HTTPRig()
        let reply = try await RawClient.request("HEAD", "/big", to: rig.path)
        #expect(reply.head.contains("content-length: \(SampleResponder.bigByteCount)"))
        #expect(reply.status == 200 && reply.body.isEmpty)
    }

    @Test(
        "a client of HTTP/1.0 is answered once, without chunks",
        arguments: ["", "Connection: keep-alive\r\n"])
    func answersOldClients(field: String) async throws {
        let rig = try await HTTPRig()
        let reply = try await RawClient.send("GET /echo HTTP/1.0\r\n\(field)\r\n", to: rig.path)
        #expect(reply.head.hasPrefix("http/1.0 200") && reply.text == "GET /echo - ")
        #expect(reply.head.contains("connection: close"))
    }

    @Test("a client that asks whether to go on is told so, or refused before it sends")
    func continues() async throws {
        let rig = try await HTTPRig()
        let client = try rig.client()
        let head = "POST /echo HTTP/1.1\r\nHost: v\r\nExpect: 100-continue\r\n"
        client.send(head + "Content-Length: 2\r\n\r\n")
        #expect(try RawReply(await client.read(until: "\r\n\r\n")).status == 100)
        client.send("ok")
        #expect(try RawReply(await client.read(until: "ok")).text == "POST /echo - ok")
        client.send(head + "Content-Length: 1001\r\n\r\n")
        #expect(try RawReply(await client.read(until: "}")).status == 413)
    }

    @Test("a big answer arrives whole, though its client is slow to read")
    func waitsForReader() async throws {
        let rig = try await HTTPRig()
        let client = try rig.client()
        client.send(RawRequest.text("GET", "/big", nil, ["Connection: close"]))
        try await Task.sleep(for: .milliseconds(300))
        #expect(try RawReply(await client.read()).body.count == SampleResponder.bigByteCount)
    }
}
