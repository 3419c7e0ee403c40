import Packet

extension OverlayEngine {
    /// What is known of `peer`, or nil when there is none.
    package func report(_ peer: PeerNumber, now: UInt64) -> PeerReport? {
        guard let peer = peersByNumber[peer] else { return nil }
        var traffic = peer.traffic
        var activity = peer.activity
        for record in peer.sessions.all {
            unsafe traffic.add(record.session.pointee)
            unsafe activity.absorb(record.session.pointee.activity)
        }
        let lastReceived = activity.lastReceived
        return PeerReport(
            endpoint: peer.endpoint, state: Self.state(of: peer, now: now),
            role: peer.sessions.current?.role,
            lastHandshake: peer.lastHandshake.map { now - min($0, now) },
            lastReceived: lastReceived > 0 ? now - min(lastReceived, now) : nil,
            sessionCount: peer.sessions.all.count, traffic: traffic, handshakes: peer.counts,
            holdsCookie: peer.holdsCookie(now: now))
    }

    /// How many hosts' cookies are kept.
    package var cookieJarCount: Int { peers.reduce(0) { $0 + $1.jars.count } }

    private static func state(of peer: Peer, now: UInt64) -> PeerReport.State {
        if peer.isEstablished(now: now) { return .established }
        if peer.attempt != nil { return .handshaking }
        return peer.isUnreachable ? .unreachable : .idle
    }
}
