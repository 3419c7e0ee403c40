import ControlAPI
import ControlPlane
import Testing

@Suite("networks")
struct SwitchControllerNetworksTests {
    @Test("a network is added, found after a restart, and removed")
    func livesAndEnds() async throws {
        let rig = try await SwitchRig()
        let added = try await rig.controller.addNetwork(
            NetworkRequest(name: "blue", vni: 77, mtu: 9000))
        #expect(added == Network(name: "blue", vni: 77, mtu: 9000, ports: 0))
        let next = try await rig.restarted()
        #expect(await next.controller.networks().networks.map(\.name) == ["blue", "default"])
        try await next.controller.removeNetwork("blue")
        #expect(await next.controller.networks().networks.map(\.name) == ["default"])
    }

    @Test(
        "what is wrong with a network is told",
        arguments: [
            (NetworkRequest(name: "blue", vni: 0), 400, "vni"),
            (NetworkRequest(name: "blue", vni: 1 << 24), 400, "vni"),
            (NetworkRequest(name: "blue", vni: -1), 400, "vni"),
            (NetworkRequest(name: "a b", vni: 5), 400, "name"),
            (NetworkRequest(name: "", vni: 5), 400, "name"),
            (NetworkRequest(name: "blue", vni: 5, mtu: 575), 400, "mtu"),
            (NetworkRequest(name: "blue", vni: 5, mtu: 65_522), 400, "mtu"),
            (NetworkRequest(name: "default", vni: 5), 409, "name"),
            (NetworkRequest(name: "blue", vni: 1), 409, "vni"),
        ])
    func refuses(request: NetworkRequest, status: Int, field: String) async throws {
        let rig = try await SwitchRig()
        let problem = await #expect(throws: Problem.self) {
            _ = try await rig.controller.addNetwork(request)
        }
        #expect(problem?.status == status && problem?.field == field)
        #expect(try rig.store.load().networks == [.default])
    }

    @Test("the smallest and the largest MTU are taken", arguments: [576, 65_521])
    func takesLimits(mtu: Int) async throws {
        let rig = try await SwitchRig()
        let request = NetworkRequest(name: "n", vni: 16_777_215, mtu: mtu)
        #expect(try await rig.controller.addNetwork(request).mtu == mtu)
        var attach = AttachRequest(device: "t", vm: "t", network: "n")
        attach.ip = ["any"]
        #expect(try await rig.controller.attach(attach).mtu == mtu)
    }

    @Test("the default network, and one with ports, cannot be removed; an unknown one is told")
    func keepsWhatIsUsed() async throws {
        let rig = try await SwitchRig()
        _ = try await rig.controller.addNetwork(NetworkRequest(name: "blue", vni: 7))
        _ = try await rig.controller.attach(AttachRequest(device: "t", vm: "t", network: "blue"))
        for (name, status) in [("default", 409), ("blue", 409), ("red", 404)] {
            let problem = await #expect(throws: Problem.self) {
                try await rig.controller.removeNetwork(name)
            }
            #expect(problem?.status == status && problem?.field == "name")
        }
        try await rig.controller.detach("t")
        try await rig.controller.removeNetwork("blue")
    }
}
