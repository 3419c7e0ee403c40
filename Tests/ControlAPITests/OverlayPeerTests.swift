import ControlAPI
import Testing

extension OverlayPeer {
    /// A host in which every field is set.
    static var sample: OverlayPeer {
        var peer = OverlayPeer(
            host: "hv2", kind: "vswitch", address: "10.98.0.2", publicKey: "AAAA=")
        peer.state = "established"
        peer.endpoint = "192.0.2.2:51820"
        (peer.handshakeSeconds, peer.receivedSeconds) = (17, 2)
        peer.role = "initiator"
        (peer.sessions, peer.pathMTU, peer.vms) = (1, 1_500, 3)
        peer.traffic.sentBytes = 1_000
        peer.handshakes.completed = 2
        return peer
    }
}

@Suite("OverlayPeer")
struct OverlayPeerTests {
    @Test("a host that nothing was heard of is idle, and has no age")
    func beginsIdle() {
        let peer = OverlayPeer(host: "hv2", kind: "linux", address: "10.98.0.2", publicKey: "")
        #expect(peer.state == "idle" && peer.handshakeSeconds == nil && peer.role == nil)
        #expect(peer.traffic == OverlayTraffic() && peer.handshakes == HandshakeTally())
    }
}
