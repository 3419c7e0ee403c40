import ControlAPI
import ControlPlane
import Foundation
import Testing

@Suite("the daemon", .serialized)
struct DaemonTests {
    @Test("it answers at a socket for its group, and leaves nothing but its state and its devices")
    func runs() async throws {
        let rig = try await DaemonRig()
        #expect(try mode(of: rig.socketPath) == 0o660)
        #expect(try mode(of: rig.stateDirectory) == 0o700)
        let status = try await rig.client.status()
        #expect(status.name == "hv1" && status.stateDirectory == rig.stateDirectory)
        #expect(status.processID == Int(getpid()) && status.generation > 0)
        _ = try await rig.client.attach(AttachRequest(device: "web1", vm: "web1"))
        try await rig.stop().get()
        #expect(!FileManager.default.fileExists(atPath: rig.socketPath))
        #expect(rig.devices.existing == ["web1"], "guests keep their NICs")
        #expect(rig.log.all.contains { $0.contains("ready") })
    }

    @Test(
        "it ends though a client holds a connection and another a half request",
        .timeLimit(.minutes(1)))
    func stopsDespiteClients() async throws {
        let rig = try await DaemonRig()
        let (idle, half) = (try RawClient(rig.socketPath), try RawClient(rig.socketPath))
        half.send("GET /v1/st")
        try await rig.stop().get()
        #expect(await idle.isClosed())
        #expect(await half.isClosed())
    }

    @Test("a second daemon at the same socket, or over the same state, does not start")
    func refusesSecond() async throws {
        let rig = try await DaemonRig()
        let other = try TemporaryDirectory()
        let sameSocket = DaemonRig.daemon(other.path, rig.socketPath, FakeDevices(), LogLines())
        let first = await #expect(throws: StartError.self) { try await sameSocket.run() }
        #expect(first?.description.contains("another vswitchd answers") == true)
        let sameState = DaemonRig.daemon(
            rig.stateDirectory, "\(other.path)/c.sock", FakeDevices(), LogLines())
        let second = await #expect(throws: StartError.self) { try await sameState.run() }
        #expect(second?.description.contains("another vswitchd uses") == true)
        #expect(try await rig.client.status().name == "hv1", "the first one serves on")
    }

    @Test("a damaged database keeps it from starting, in one sentence")
    func refusesDamage() async throws {
        let temporary = try TemporaryDirectory()
        try write(Array("no database".utf8), to: "\(temporary.path)/state.sqlite")
        let daemon = DaemonRig.daemon(
            temporary.path, "\(temporary.path)/c.sock", FakeDevices(), LogLines())
        let error = await #expect(throws: StartError.self) { try await daemon.run() }
        #expect(error?.description.contains("state.sqlite") == true)
        #expect(error?.description.contains("\n") == false)
        #expect(!FileManager.default.fileExists(atPath: "\(temporary.path)/c.sock"))
    }
}
