import ControlAPI
import ControlPlane
import Overlay
import Packet
import Testing

@Suite("other hosts")
struct SwitchControllerPeersTests {
    private func problem(_ body: () async throws -> Void) async -> Problem? {
        do {
            try await body()
            return nil
        } catch {
            return error as? Problem
        }
    }

    @Test("two hosts that know each other agree on keys, and each reports the other")
    func meet() async throws {
        let places = [OverlayRig.settings(1), OverlayRig.settings(2)]
        let first = try await OverlayRig.host("hv1", places[0])
        let second = try await OverlayRig.host("hv2", places[1])
        var text = "hosts:\n"
        for (rig, (name, place)) in zip([first, second], zip(["hv1", "hv2"], places)) {
            let key = try await rig.controller.overlayKey().publicKey
            text += "  \(name): {public-key: \"\(key)\", endpoint: \"\(place.listen)\", "
            text += "address: \(place.address)}\n"
        }
        try await OverlayRig.apply(text, to: first)
        try await OverlayRig.apply(text, to: second)
        #expect(try await first.controller.rekey(RekeyRequest()).hosts == ["hv2"])
        let peer = try #require(try await OverlayRig.wait(first, until: "established"))
        #expect(peer.host == "hv2" && peer.role == "initiator" && peer.handshakeSeconds != nil)
        #expect(peer.endpoint == "\(places[1].listen)" && peer.handshakes.completed == 1)
        let other = try #require(try await OverlayRig.wait(second, until: "established"))
        #expect(other.host == "hv1" && other.role == "responder" && other.handshakes.answered == 1)
        #expect(await first.controller.status().peers == PeerTally(listed: 1, established: 1))
        #expect(try await first.controller.overlayReport().established == 1)
    }

    @Test("a host that is not in the directory, or is this one, is named as such")
    func knowsHosts() async throws {
        let rig = try await OverlayRig.host()
        try await OverlayRig.apply(OverlayRig.directory, to: rig)
        for body in [
            { _ = try await rig.controller.rekey(RekeyRequest(host: "hv9")) },
            { _ = try await rig.controller.exportWireGuard("hv9") },
            { _ = try await rig.controller.overlayMTU(host: "hv9") },
        ] as [() async throws -> Void] {
            let problem = await problem(body)
            #expect(problem?.status == 404 && problem?.field == "host")
        }
        let own = await problem { _ = try await rig.controller.exportWireGuard("hv1") }
        #expect(own?.detail == "'hv1' is this host.")
    }

    @Test("the MTUs are derived for each host by its endpoint's family")
    func derives() async throws {
        var settings = OverlayRig.settings(1)
        settings.listen = UnderlayAddress(.unspecified, port: settings.listen.port)
        let rig = try await OverlayRig.host("hv1", settings)
        #expect(try await rig.controller.overlayMTU(host: nil).hosts.map(\.host) == ["hv1"])
        let six = OverlayRig.directory.replacing("192.0.2.2:51820", with: "\"[2001:db8::2]:51820\"")
        try await OverlayRig.apply(six, to: rig)
        let derivation = try await rig.controller.overlayMTU(host: "hv2").hosts[0]
        let expected = OverlayMTU(underlay: 1_500, underlayIsIPv6: true, innerIsIPv6: false)
        #expect(derivation.guest == expected?.guest && derivation.path == 1_500)
        #expect(derivation.lines == expected?.lines)
    }

    @Test("a plain Linux host is told who is there, and what its networks need")
    func exports() async throws {
        var settings = OverlayRig.settings(1)
        settings.listen = UnderlayAddress(.unspecifiedIPv4, port: settings.listen.port)
        let rig = try await OverlayRig.host("hv1", settings)
        var request = AttachRequest(device: "web1", vm: "web1", network: "blue", ip: ["10.66.0.11"])
        request.mac = "52:54:00:00:00:11"
        _ = try await rig.controller.attach(request)
        let text = OverlayRig.directory.replacing("192.0.2.2:51820", with: "127.0.0.9:51820")
        try await OverlayRig.apply(text, to: rig)
        let script = try await rig.controller.exportWireGuard("hv2").script
        let key = try await rig.controller.overlayKey().publicKey
        for line in [
            "PublicKey = \(key)", "AllowedIPs = 10.98.0.1/32",
            "Endpoint = 127.0.0.1:\(settings.listen.port)", "ListenPort = 51820",
            "ip link add vx77 type vxlan id 77 local 10.98.0.2 dstport 4789 nolearning",
            "bridge fdb append 52:54:00:00:00:11 dev vx77 dst 10.98.0.1",
        ] { #expect(script.contains("\(line)\n"), "\(line)") }
        #expect(!script.contains("vxlan id 1 "))
    }

    @Test("rules name devices, and nothing else gets into them")
    func protects() async throws {
        let rig = try await OverlayRig.host()
        #expect(try await rig.controller.protectHost(["eth0"]).rules.contains("{ \"eth0\" }"))
        for device in ["", "a b", "eth0\"", "a/b", "sixteen-bytes-xx"] {
            let problem = await problem { _ = try await rig.controller.protectHost([device]) }
            #expect(problem?.status == 400 && problem?.field == "device", "\(device)")
        }
    }

    @Test("a host that does not answer is called, and no warning comes before its time")
    func calls() async throws {
        let rig = try await OverlayRig.host()
        let text = OverlayRig.directory.replacing("192.0.2.2:51820", with: "127.0.0.1:9")
        try await OverlayRig.apply(text, to: rig)
        #expect(await rig.controller.status().warnings.isEmpty)
        _ = try await rig.controller.rekey(RekeyRequest(host: "hv2"))
        #expect(try await OverlayRig.wait(rig, until: "handshaking") != nil)
    }

    @Test("the host has a port of its own: policies speak of it, and it leads to the other hosts")
    func hasHostPort() async throws {
        let rig = try await OverlayRig.host()
        try await OverlayRig.apply(OverlayRig.directory, to: rig)
        let port = try await rig.controller.port(on: "vsw-host0")
        #expect(port.vm == "hv1" && port.network == "host" && port.mode == .host)
        #expect(port.ip == ["10.98.0.1"] && port.mtu == 1_440 && port.state == .closed)
        #expect(rig.devices.routes == ["10.98.0.2"])
        try await rig.apply(
            "policy: infra\nfor: label has vswitch/host\nrules:\n"
                + "  - allow label has vswitch/host -> label has vswitch/host on tcp/49152-49215\n"
        )
        #expect(try await rig.controller.port(on: "vsw-host0").state == .open)
        let question = ExplainRequest(from: "hv1", to: "hv2", service: "tcp/49152")
        let answer = try #require(try await rig.controller.explain(question).explanations.first)
        #expect(answer.verdict == .allow && answer.network == "host" && answer.to.host == "hv2")
        let next = try await rig.restarted()
        #expect(try await next.controller.port(on: "vsw-host0").state == .open)
        #expect(next.devices.routes == ["10.98.0.2"])
    }

    @Test("nobody makes, takes or imitates the host's port")
    func guardsHostPort() async throws {
        let rig = try await OverlayRig.host()
        let detach = await problem { try await rig.controller.detach("vsw-host0") }
        #expect(detach?.status == 409)
        let network = await problem {
            _ = try await rig.controller.addNetwork(NetworkRequest(name: "host", vni: 5))
        }
        #expect(network?.status == 409 && network?.field == "name")
        var request = AttachRequest(device: "vsw-host0", vm: "a")
        let device = await problem { _ = try await rig.controller.attach(request) }
        #expect(device?.status == 400 && device?.field == "device")
        request = AttachRequest(device: "a", vm: "a")
        request.mode = .host
        let mode = await problem { _ = try await rig.controller.attach(request) }
        #expect(mode?.status == 400 && mode?.field == "mode")
        request.mode = nil
        request.labels = ["vswitch/host": "hv1"]
        let label = await problem { _ = try await rig.controller.attach(request) }
        #expect(label?.status == 400 && label?.field == "labels.vswitch/host")
    }
}
