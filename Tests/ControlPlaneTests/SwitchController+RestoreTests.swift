import ControlAPI
import ControlPlane
import Packet
import Testing

@Suite("after a restart")
struct SwitchControllerRestoreTests {
    @Test("ports are taken up again, and open under the stored policy")
    func restores() async throws {
        let rig = try await SwitchRig()
        try await rig.attach("web1", "10.0.0.1", ["app": "shop"])
        try await rig.attach("x", "10.0.0.2")
        try await rig.apply(SamplePolicy.shop)
        let before = await rig.controller.status()
        let next = try await rig.restarted()
        #expect(rig.devices.log.suffix(2).sorted() == ["adopt web1", "adopt x"])
        let ports = await next.controller.ports().ports
        #expect(ports.map(\.device) == ["web1", "x"])
        #expect(ports.map(\.state) == [.open, .closed])
        #expect(await next.controller.status().generation > before.generation)
        #expect(await next.controller.policies().policies.map(\.name) == ["shop"])
        #expect(await next.controller.policies().generation == before.generation)
    }

    @Test(
        "an attach or detach that was cut off is cleaned up",
        arguments: [StoredPort.Phase.attaching, .detaching])
    func cleansUp(phase: StoredPort.Phase) async throws {
        let rig = try await SwitchRig()
        try await rig.attach("web1", "10.0.0.1")
        _ = try rig.store.change { $0.ports[0].phase = phase }
        let next = try await rig.restarted()
        #expect(next.devices.existing.isEmpty)
        #expect(try next.store.load().ports.isEmpty)
        #expect(await next.controller.ports().ports.isEmpty)
    }

    @Test(
        "a device that is gone makes its port missing; the rest works, and it comes back by itself")
    func waitsForDevices() async throws {
        let rig = try await SwitchRig()
        try await rig.apply(SamplePolicy.open)
        try await rig.attach("web1", "10.0.0.1")
        try await rig.attach("db1", "10.0.0.2")
        rig.devices.with { _ = $0.failsToOpen.insert("web1") }
        let next = try await rig.restarted()
        let missing = try await next.controller.port(on: "web1")
        #expect(
            missing.state == .missing && missing.stateReason?.contains("cannot be opened") == true)
        #expect(try await next.controller.port(on: "db1").state == .open)
        #expect(await next.controller.status().ports == PortTally(open: 1, closed: 0, missing: 1))
        #expect(await next.controller.status().warnings.count == 1)
        await next.controller.heal()
        #expect(next.log.all.filter { $0.contains("is missing") }.count == 1, "told once")
        next.devices.with { $0.failsToOpen = [] }
        await next.controller.heal()
        #expect(try await next.controller.port(on: "web1").state == .open)
        #expect(await next.controller.status().warnings.isEmpty)
    }

    /// Takes the device away, and lets the worker and the controller notice.
    private func lose(_ device: String, _ rig: SwitchRig) async throws {
        rig.devices.wire(device)?.inject(.gone)
        for _ in 0..<100 {
            await rig.controller.heal()
            if try await rig.controller.port(on: device).state == .missing { return }
            try await Task.sleep(for: .milliseconds(5))
        }
    }

    @Test("a device that goes while the daemon runs is noticed, and taken up when it is back")
    func noticesLoss() async throws {
        let rig = try await SwitchRig()
        try await rig.apply(SamplePolicy.open)
        rig.devices.add("veth0")
        var request = AttachRequest(device: "veth0", vm: "web1", ip: ["10.0.0.1"])
        request.mac = "52:54:00:00:00:01"
        _ = try await rig.controller.attach(request)
        let gone = rig.devices.with { $0.existing.removeValue(forKey: "veth0") }
        try await lose("veth0", rig)
        #expect(try await rig.controller.port(on: "veth0").state == .missing)
        rig.devices.with { $0.existing["veth0"] = gone }
        await rig.controller.heal()
        #expect(try await rig.controller.port(on: "veth0").state == .open)
        #expect(rig.devices.log.first == "open veth0" && rig.devices.log.last == "adopt veth0")
    }

    @Test("a device that is renamed by who owns its namespace stays attached")
    func survivesRenaming() async throws {
        let rig = try await SwitchRig()
        try await rig.apply(SamplePolicy.open)
        try await rig.attach("web1", "10.0.0.1")
        rig.devices.with { $0.existing["eth0"] = $0.existing.removeValue(forKey: "web1") }
        await rig.controller.heal()
        #expect(try await rig.controller.port(on: "web1").state == .open)
        #expect(rig.devices.log == ["open web1"])
    }

    @Test("a stored policy that cannot be compiled any more closes every port, and says so")
    func closesWithoutPolicy() async throws {
        let rig = try await SwitchRig()
        try await rig.attach("web1", "10.0.0.1")
        try await rig.apply(SamplePolicy.open)
        _ = try rig.store.change { $0.policies[0].text = "policy: open\nnonsense: 1\n" }
        let next = try await rig.restarted()
        let port = try await next.controller.port(on: "web1")
        #expect(port.state == .closed && port.stateReason?.contains("stored policy") == true)
        #expect(await next.controller.status().warnings.first?.contains("not in force") == true)
        try await next.apply(SamplePolicy.open)
        #expect(try await next.controller.port(on: "web1").state == .open)
        #expect(await next.controller.status().warnings.isEmpty)
    }
}
