import ControlAPI
import ControlPlane
import Foundation
import Synchronization
import Testing

/// All clients together, slow ones, and the end.
@Suite("the HTTP server", .serialized)
struct HTTPServerTests {
    @Test("of 300 clients 256 are served, and the others when their turn comes")
    func limitsConnections() async throws {
        let rig = try await HTTPRig()
        var clients = try (0..<300).map { _ in try rig.client() }
        for client in clients { client.send(RawRequest.text("GET", "/echo")) }
        #expect(try await SwitchRig.eventually { rig.responder.begun == 256 })
        try await Task.sleep(for: .milliseconds(100))
        #expect(rig.responder.begun == 256)
        clients.removeFirst(100)
        #expect(try await SwitchRig.eventually { rig.responder.begun == 300 })
        for client in clients.suffix(44) {
            let reply = try RawReply(await client.read(until: "/echo - "))
            #expect(reply.status == 200)
        }
        clients = []
        #expect(try await rig.isServing())
    }

    @Test(
        "a client that says nothing, or says it too slowly, is cut off",
        arguments: [
            "", "GET /echo HTTP/1.1\r\n",
            "POST /echo HTTP/1.1\r\nHost: v\r\nContent-Length: 900\r\n\r\n",
        ])
    func cutsOffSlowClients(beginning: String) async throws {
        let rig = try await HTTPRig(idle: .milliseconds(300))
        let client = try rig.client()
        client.send(beginning)
        let drip = Task {
            while !beginning.isEmpty, !Task.isCancelled, client.send("a") {
                try await Task.sleep(for: .milliseconds(20))
            }
        }
        #expect(await client.isClosed())
        drip.cancel()
        #expect(rig.responder.begun == 0)
    }

    @Test("a client that does not take its answer is cut off, one whose answer takes long is not")
    func cutsOffOnlyClients() async throws {
        let rig = try await HTTPRig(idle: .milliseconds(300))
        let slow = try rig.client()
        slow.send(RawRequest.text("GET", "/slow"))
        let deaf = try rig.client()
        deaf.send(RawRequest.text("GET", "/big"))
        #expect(try RawReply(await slow.read(until: "slow")).status == 200)
        try await Task.sleep(for: .milliseconds(600))
        #expect(await deaf.read().count < SampleResponder.bigByteCount)
    }

    @Test("at the stop idle clients are closed, and running requests are answered first")
    func stopsInOrder() async throws {
        let rig = try await HTTPRig()
        let (idle, half, busy) = (try rig.client(), try rig.client(), try rig.client())
        half.send("GET /ec")
        idle.send(RawRequest.text("GET", "/echo"))
        _ = await idle.read(until: "/echo - ")
        busy.send(RawRequest.text("GET", "/slow") + RawRequest.text("GET", "/second"))
        #expect(try await SwitchRig.eventually { rig.responder.begun == 2 })
        try await rig.stop()
        let reply = try RawReply(await busy.read())
        #expect(reply.text == "slow" && reply.head.contains("connection: close"))
        #expect(await idle.isClosed())
        #expect(await half.isClosed())
        #expect(throws: StartError.self) { try rig.client() }
        #expect(rig.responder.begun == 2, "what had not begun did not begin")
    }

    @Test("the stop waits for no client that does not read", .timeLimit(.minutes(1)))
    func stopsWithoutClients() async throws {
        var limits = HTTPServer.Limits()
        limits.patience = .milliseconds(100)
        limits.connectionCount = 2
        let rig = try await HTTPRig(limits)
        let deaf = try (0..<5).map { _ in try rig.client() }
        for client in deaf { client.send(RawRequest.text("GET", "/big")) }
        #expect(try await SwitchRig.eventually { rig.responder.begun == 2 })
        try await rig.stop()
        #expect(rig.responder.begun == 2)
    }

    @Test(
        "a path that cannot be listened at is an error, not a server",
        arguments: [
            "/nowhere/at/all.sock", String(repeating: "x", count: 200),
        ])
    func refusesPath(path: String) async {
        await #expect(throws: (any Error).self) {
            _ = try await HTTPServer(at: path, SampleResponder())
        }
    }
}
