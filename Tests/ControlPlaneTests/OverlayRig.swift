import ControlAPI
import ControlPlane
import Overlay
import Packet

/// Hosts of one overlay in this process, each with a socket at a port of the loopback.
enum OverlayRig {
    /// Where a host listens: a port that no other test has.
    static func settings(_ number: Int) -> OverlaySettings {
        var settings = OverlaySettings(address: IPAddress("10.98.0.\(number)")!)
        let port = UInt16.random(in: 20_000..<32_000)
        settings.listen = UnderlayAddress(IPAddress("127.0.0.1")!, port: port)
        return settings
    }

    /// The host `hv1` with a key and a network `blue`.
    static func host(
        _ name: String = "hv1", _ settings: OverlaySettings = settings(1)
    ) async throws -> SwitchRig {
        let rig = try await SwitchRig(name: name, overlay: settings)
        _ = try await rig.controller.addNetwork(NetworkRequest(name: "blue", vni: 77))
        _ = try await rig.controller.changeOverlayKey(OverlayKeyRequest(action: .generate))
        return rig
    }

    /// A directory with `hv2` and its VM `db1` in it.
    static let directory = SampleDirectory.hv2(
        "vms:",
        "  db1: {network: blue, mac: \"52:54:00:00:00:12\", ip: [10.66.0.12], labels: {role: db}}")

    /// Applies `text` to a host.
    @discardableResult
    static func apply(_ text: String, to rig: SwitchRig) async throws -> DirectoryApplyReply {
        try await rig.controller.applyDirectory(DirectoryRequest(path: "d.yaml", text: text))
    }

    /// Waits until the peer of this name stands like that, five seconds at most.
    static func wait(_ rig: SwitchRig, until state: String) async throws -> OverlayPeer? {
        for _ in 0..<500 {
            let peer = try await rig.controller.overlayPeers().peers.first
            if peer?.state == state { return peer }
            try await Task.sleep(for: .milliseconds(10))
        }
        return nil
    }
}
