import ControlPlane
import Testing

@Suite("HTTPResponseStream", .serialized)
struct HTTPResponseStreamTests {
    @Test("it flows in chunks while it is made, and says its last word at the stop")
    func endsInOrder() async throws {
        let rig = try await HTTPRig()
        let client = try rig.client()
        client.send(RawRequest.text("GET", "/stream"))
        let beginning = try RawReply(await client.read(until: "tick"))
        #expect(beginning.head.contains("transfer-encoding: chunked"))
        #expect(beginning.head.contains("connection: close"))
        async let rest = client.read()
        try await rig.stop()
        #expect(await rest.suffix(13) == Array("3\r\nend\r\n0\r\n\r\n".utf8))
        #expect(rig.responder.ended == ["in order"])
    }

    @Test("a client that hangs up ends its stream", arguments: ["/stream", "/flood"])
    func endsWithClient(path: String) async throws {
        let rig = try await HTTPRig()
        var client: RawClient? = try rig.client()
        client?.send(RawRequest.text("GET", path))
        #expect(try await SwitchRig.eventually { rig.responder.sent > 0 })
        client = nil
        #expect(try await SwitchRig.eventually { rig.responder.ended == ["cut off"] })
        #expect(try await rig.isServing())
    }

    @Test("a client that has said all it wants to keeps its stream, however long it pauses")
    func outlivesHalfClose() async throws {
        let rig = try await HTTPRig(idle: .milliseconds(100))
        let client = try rig.client()
        await client.sendAll(RawRequest.text("GET", "/stream"), thenHalfClose: true)
        try await Task.sleep(for: .milliseconds(400))
        #expect(rig.responder.ended.isEmpty && rig.responder.sent > 0)
        async let rest = client.read()
        try await rig.stop()
        #expect(await rest.suffix(5) == Array("0\r\n\r\n".utf8))
    }

    @Test("a client that does not read stops its stream's maker, not others'; the stop ends both")
    func slowsDown() async throws {
        let rig = try await HTTPRig()
        let client = try rig.client()
        client.send(RawRequest.text("GET", "/flood"))
        #expect(try await SwitchRig.eventually { rig.responder.sent > 0 })
        try await Task.sleep(for: .milliseconds(300))
        let sent = rig.responder.sent
        #expect(sent < 2 << 20, "the socket's buffer, and one chunk")
        #expect(try await rig.isServing())
        try await Task.sleep(for: .milliseconds(100))
        #expect(rig.responder.sent == sent)
        try await rig.stop()
        #expect(rig.responder.ended == ["cut off"])
    }
}
