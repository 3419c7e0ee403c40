import ControlAPI
import ControlPlane
import Testing

@Suite("policy tools")
struct SwitchControllerPolicyToolsTests {
    @Test("a policy is recommended from a connection that lives, and would allow it")
    func recommends() async throws {
        let rig = try await SwitchRig.shop()
        let empty = await #expect(throws: Problem.self) {
            try await rig.controller.recommendPolicy(PolicyRecommendRequest())
        }
        #expect(empty?.status == 404)
        let web = try await rig.controller.port(on: "web1").mac ?? ""
        let db = try await rig.controller.port(on: "db1").mac ?? ""
        rig.devices.wire("web1")?.send(
            SampleFrame.udp((web, "10.0.0.1"), (db, "10.0.0.2"), port: 5432))
        #expect(try await SwitchRig.eventually { rig.devices.wire("db1")?.receive() != nil })
        let reply = try await rig.controller.recommendPolicy(
            PolicyRecommendRequest(name: "from-flows"))
        #expect(reply.connections == 1 && !reply.truncated)
        #expect(
            reply.text.contains("  - allow label role=web -> label role=db on udp/5432\n"),
            "\(reply.text)")
        #expect(reply.text.contains("\npolicy: from-flows\nfor: label app=shop\nmode: audit\n"))
        try await rig.apply(reply.text)
        #expect(await rig.controller.flows(FlowQuery(verdict: .allow)).flows.count == 1)
        let unknown = await #expect(throws: Problem.self) {
            try await rig.controller.recommendPolicy(PolicyRecommendRequest(vms: ["web1", "x"]))
        }
        #expect(unknown?.status == 404 && unknown?.field == "vms.1")
        let name = await #expect(throws: Problem.self) {
            try await rig.controller.recommendPolicy(PolicyRecommendRequest(name: "deny"))
        }
        #expect(name?.status == 400 && name?.field == "name")
    }

    @Test("a capture is replayed under the policy in force and under files, which change nothing")
    func replays() async throws {
        let rig = try await SwitchRig.shop()
        let before = try rig.store.load()
        let frame = ReplaySample.frame(
            ReplaySample.udp(("10.0.0.1", 40_000), ("10.0.0.2", 5432)))
        let files = [PolicyFileText(path: "new.yaml", text: SamplePolicy.closed)]
        var request = ReplayRequest(files: files, interfaces: ["web1"], frames: [frame])
        let reply = try await rig.controller.replayPolicy(request)
        let connection = try #require(reply.connections.first)
        #expect(connection.network == "default" && connection.from.device == "web1")
        #expect(connection.before?.verdict == .allow && connection.after?.verdict == .deny)
        #expect(connection.before?.rules.first?.name == "shop/pg")
        #expect(connection.after?.rules.first?.name == "shop/#1")
        request.audit = true
        let audited = try await rig.controller.replayPolicy(request).connections.first?.after
        #expect(audited?.verdict == .allow && audited?.audited == true)
        #expect(try rig.store.load() == before)
    }

    @Test("the three routes answer a client, with room for a full batch")
    func serves() async throws {
        let rig = try await DaemonRig()
        let manifest = PolicyTranslationTests.manifest("  podSelector: {}")
        let file = PolicyFileText(path: "np.yaml", text: manifest)
        let translated = try await rig.client.importPolicy(PolicyImportRequest(files: [file]))
        #expect(translated.policies == 1)
        let written = PolicyFileText(path: "k.yaml", text: translated.text)
        #expect(try await rig.client.checkPolicy(PolicyRequest(files: [written])).valid)
        await #expect(throws: ControlError.self) {
            try await rig.client.recommendPolicy(PolicyRecommendRequest())
        }
        let bytes = [UInt8](repeating: 7, count: ReplayFrame.byteCountMax)
        let frames = Array(
            repeating: ReplaySample.frame(bytes, length: 1_500), count: ReplayRequest.frameCountMax)
        let request = ReplayRequest(files: [written], interfaces: ["x"], frames: frames)
        let reply = try await rig.client.replayPolicy(request)
        #expect(reply.ignored.unreadable == ReplayRequest.frameCountMax)
    }
}
