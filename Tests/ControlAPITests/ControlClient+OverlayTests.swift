import ControlAPI
import Testing

extension ControlClientTests {
    @Test("the overlay: each method asks its route")
    func overlayRoutes() async throws {
        let show = try await request(OverlayReport.sample) { _ = try await $0.overlay() }
        #expect(show.line == "GET /v1/overlay HTTP/1.1")
        let key = try await request(OverlayKey.sample) { _ = try await $0.overlayKey() }
        #expect(key.line == "GET /v1/overlay/key HTTP/1.1")
        let change = try await request(OverlayKey.sample) {
            _ = try await $0.changeOverlayKey(.retire)
        }
        #expect(change.line == "POST /v1/overlay/key HTTP/1.1")
        #expect(change.body == #"{"action":"retire"}"#)
        let peers = try await request(OverlayPeerList(peers: [.sample])) {
            _ = try await $0.overlayPeers()
        }
        #expect(peers.line == "GET /v1/overlay/peers HTTP/1.1")
        let all = try await request(OverlayMTUList.sample) { _ = try await $0.overlayMTU() }
        #expect(all.line == "GET /v1/overlay/mtu HTTP/1.1")
        let one = try await request(OverlayMTUList.sample) {
            _ = try await $0.overlayMTU(host: "a b")
        }
        #expect(one.line == "GET /v1/overlay/mtu?host=a%20b HTTP/1.1")
        let rekey = try await request(RekeyReply(hosts: [])) {
            _ = try await $0.rekey(RekeyRequest(host: "hv2"))
        }
        #expect(rekey.line == "POST /v1/overlay/rekey HTTP/1.1")
        #expect(rekey.body == #"{"host":"hv2"}"#)
    }

    @Test("what other hosts and the firewall get: each method asks its route")
    func exportRoutes() async throws {
        let export = try await request(OverlayExport(host: "hv3", script: "")) {
            _ = try await $0.exportWireGuard("hv3")
        }
        #expect(export.line == "GET /v1/overlay/export-wg/hv3 HTTP/1.1")
        let protect = try await request(OverlayProtection(devices: [], rules: "")) {
            _ = try await $0.protectHost(["eth0", "eth1"])
        }
        #expect(protect.line == "GET /v1/overlay/protect-host?device=eth0&device=eth1 HTTP/1.1")
    }

    @Test("the directory: each method asks its route")
    func directoryRoutes() async throws {
        let none = DirectoryCheckReply(hosts: 0, vms: 0, errors: [])
        let check = try await request(none) { _ = try await $0.checkDirectory(.sample) }
        #expect(check.line == "POST /v1/directory/check HTTP/1.1")
        #expect(try DirectoryRequest.decode(check.body.utf8) == .sample)
        let done = DirectoryApplyReply(generation: 7, hosts: 0, vms: 0)
        let apply = try await request(done) { _ = try await $0.applyDirectory(.sample) }
        #expect(apply.line == "PUT /v1/directory HTTP/1.1")
        let show = try await request(DirectoryShow.sample) { _ = try await $0.directory() }
        #expect(show.line == "GET /v1/directory HTTP/1.1")
    }
}
