import ControlAPI
import ControlPlane
import Packet
import Testing

@Suite("the directory")
struct SwitchControllerDirectoryTests {
    /// The problem that `body` ends with.
    private func problem(_ body: () async throws -> Void) async -> Problem? {
        do {
            try await body()
            return nil
        } catch {
            return error as? Problem
        }
    }

    @Test("a directory is applied as a whole, shown, and in force again after a restart")
    func applies() async throws {
        let rig = try await OverlayRig.host()
        let reply = try await OverlayRig.apply(OverlayRig.directory, to: rig)
        #expect(reply.hosts == 1 && reply.vms == 1)
        let show = try await rig.controller.showDirectory()
        #expect(show.generation == reply.generation && show.text == OverlayRig.directory)
        #expect(show.hosts.map(\.name) == ["hv2"] && show.hosts[0].vms[0].ip == ["10.66.0.12"])
        #expect(await rig.controller.status().peers == PeerTally(listed: 1))
        let next = try await rig.restarted()
        #expect(try await next.controller.showDirectory() == show)
        #expect(try await next.controller.overlayPeers().peers.map(\.host) == ["hv2"])
    }

    @Test("a directory with a fault changes nothing, and every fault is told with its place")
    func refusesWhole() async throws {
        let rig = try await OverlayRig.host()
        try await OverlayRig.apply(OverlayRig.directory, to: rig)
        let before = try rig.store.load()
        let bad = OverlayRig.directory.replacing("network: blue", with: "network: green")
        let problem = await problem { try await OverlayRig.apply(bad, to: rig) }
        #expect(problem?.status == 422 && problem?.type == "urn:vswitch:problem:directory-invalid")
        #expect(problem?.errors?.map(\.line) == [7] && problem?.errors?.first?.path == "d.yaml")
        #expect(try rig.store.load() == before)
        let check = try await rig.controller.checkDirectory(
            DirectoryRequest(path: "d.yaml", text: bad))
        #expect(!check.valid && check.errors == problem?.errors)
        #expect(try await rig.controller.showDirectory().text == OverlayRig.directory)
    }

    @Test("without the overlay's section there is no directory, and the problem says what to do")
    func needsOverlay() async throws {
        let rig = try await SwitchRig()
        let problem = await problem { try await OverlayRig.apply("hosts: {}\n", to: rig) }
        #expect(problem?.status == 409 && problem?.detail == "This host has no overlay.")
        #expect(problem?.hint?.contains("overlay: {address: 10.98.0.1}") == true)
    }

    @Test("policies see the VMs of the directory, and explain names the host that judges them")
    func explains() async throws {
        let rig = try await OverlayRig.host()
        var request = AttachRequest(device: "web1", vm: "web1", network: "blue", ip: ["10.66.0.11"])
        request.labels = ["role": "web"]
        _ = try await rig.controller.attach(request)
        try await rig.apply(
            """
            policy: shop
            for: any
            rules:
              - allow label role=web -> label role=db on tcp/5432
            """)
        let question = ExplainRequest(from: "web1", to: "db1", service: "tcp/5432")
        #expect(await problem { _ = try await rig.controller.explain(question) }?.status == 404)
        try await OverlayRig.apply(OverlayRig.directory, to: rig)
        let answer = try #require(try await rig.controller.explain(question).explanations.first)
        #expect(answer.verdict == .allow && answer.egress?.port == "web1")
        #expect(answer.to.vm == "db1" && answer.to.host == "hv2" && answer.ingress == nil)
        try await OverlayRig.apply("hosts: {}\n", to: rig)
        #expect(await problem { _ = try await rig.controller.explain(question) }?.status == 404)
    }

    @Test(
        "a port takes nothing that the directory gives to a VM elsewhere",
        arguments: [
            ("db1", "10.66.0.11", nil, "vm"), ("web1", "10.66.0.12", nil, "ip.0"),
            ("web1", "fe80::5054:ff:fe00:12", nil, "ip.0"),
            ("web1", "10.66.0.11", "52:54:00:00:00:12", "mac"),
        ])
    func guardsPlaces(vm: String, ip: String, mac: String?, field: String) async throws {
        let rig = try await OverlayRig.host()
        try await OverlayRig.apply(OverlayRig.directory, to: rig)
        var request = AttachRequest(device: "web1", vm: vm, network: "blue", ip: [ip])
        request.mac = mac
        let problem = await problem { _ = try await rig.controller.attach(request) }
        #expect(problem?.status == 409 && problem?.field == field)
        let words = field == "vm" ? "lives on host 'hv2'" : "belongs to VM 'db1' on host 'hv2'"
        #expect(problem?.detail.contains(words) == true)
    }

    @Test("a network in which the directory has VMs is not removed")
    func guardsNetworks() async throws {
        let rig = try await OverlayRig.host()
        try await OverlayRig.apply(OverlayRig.directory, to: rig)
        let problem = await problem { try await rig.controller.removeNetwork("blue") }
        #expect(problem?.detail == "Host 'hv2' has VMs in network 'blue', by the directory.")
        try await OverlayRig.apply("hosts: {}\n", to: rig)
        try await rig.controller.removeNetwork("blue")
    }

    @Test("a port that the directory knows otherwise is told: other hosts drop its frames")
    func warnsOfDifferences() async throws {
        let rig = try await OverlayRig.host()
        var request = AttachRequest(device: "web1", vm: "web1", network: "blue", ip: ["10.66.0.11"])
        request.mac = "52:54:00:00:00:11"
        _ = try await rig.controller.attach(request)
        let entry = """
            hosts:
              hv1:
                vms:
                  web1: {network: blue, mac: "52:54:00:00:00:11", ip: [10.66.0.11], labels: {a: b}}

            """
        let reply = try await OverlayRig.apply(entry, to: rig)
        #expect(reply.warnings.count == 1)
        #expect(reply.warnings.first?.contains("differs from the directory in its labels") == true)
        let same = try await OverlayRig.apply(
            entry.replacing(", labels: {a: b}", with: ""), to: rig)
        #expect(same.warnings.isEmpty)
    }

    @Test("a stored directory that has become wrong is as none, and is told")
    func survivesContradiction() async throws {
        let rig = try await OverlayRig.host()
        try await OverlayRig.apply(OverlayRig.directory, to: rig)
        _ = try rig.store.change { $0.networks.removeAll { $0.name == "blue" } }
        let next = try await rig.restarted()
        #expect(try await next.controller.overlayPeers().peers.isEmpty)
        let warning = try #require(await next.controller.status().warnings.first)
        #expect(warning.contains("The stored directory is not in force: d.yaml:7"))
        _ = try await next.controller.addNetwork(NetworkRequest(name: "blue", vni: 77))
        await next.controller.heal()
        #expect(try await next.controller.overlayPeers().peers.map(\.host) == ["hv2"])
        #expect(await next.controller.status().warnings.isEmpty)
    }

    @Test("a shared key that cannot be read refuses the directory")
    func readsSharedKeys() async throws {
        let rig = try await OverlayRig.host()
        let path = "\(rig.stateDirectory)/hv2.psk"
        let text = OverlayRig.directory.replacing(
            "address: 10.98.0.2", with: "address: 10.98.0.2\n    preshared-key-file: \(path)")
        let missing = await problem { try await OverlayRig.apply(text, to: rig) }
        #expect(missing?.status == 409 && missing?.detail.contains("does not exist") == true)
        let key = String(repeating: "A", count: 43) + "="
        try PrivateFile(path: path).write(Array(key.utf8))
        try await OverlayRig.apply(text, to: rig)
    }
}
