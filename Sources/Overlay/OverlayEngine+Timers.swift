/// What happens by itself (WireGuard paper §6). Call about every 100 ms.
extension OverlayEngine {
    /// Looks at the timers of all peers.
    package mutating func tick(now: UInt64, wall: UInt64) {
        for peer in peers {
            absorbActivity(of: peer)
            retireExpired(of: peer, now: now)
            retry(peer, now: now, wall: wall)
            runTimers(of: peer, now: now, wall: wall)
            if peer.sessions.current?.wantsRekey(now: now) == true { peer.wish = .rekey }
            grantWish(of: peer, now: now, wall: wall)
            wipe(peer, now: now)
        }
    }

    /// Takes in what the worker did since the last tick.
    private mutating func absorbActivity(of peer: Peer) {
        if peer.sessions.confirmNext() {
            peer.counts.confirmed += 1
            endCrossed(peer)
            retire(peer.sessions.trim(), of: peer)
        }
        for record in peer.sessions.all {
            unsafe peer.activity.absorb(record.session.pointee.activity)
        }
    }

    /// The peer's handshake has led to a session in use: ours, if it began earlier, is not needed.
    private mutating func endCrossed(_ peer: Peer) {
        peer.wish = .none
        guard let bornAt = peer.sessions.current?.bornAt else { return }
        let isCrossed =
            switch peer.attempt {
            case .some(let attempt): attempt.startedAt <= bornAt
            case nil: false
            }
        if isCrossed { dropAttempt(of: peer) }
    }

    /// Sessions of 180 s may neither send nor receive: their keys go at once, not after 540 s
    /// as the paper has it at the latest (§6.3).
    private mutating func retireExpired(of peer: Peer, now: UInt64) {
        retire(
            peer.sessions.remove { now >= $0.bornAt + ProtocolLimits.rejectAfterTime }, of: peer)
    }

    private mutating func runTimers(of peer: Peer, now: UInt64, wall: UInt64) {
        let interval = UInt64(peer.settings.persistentKeepalive ?? 0) * ProtocolLimits.second
        let due = peer.timers.tick(peer.activity, interval: interval, now: now)
        if due.keepalive {
            if peer.isEstablished(now: now) {
                actions.append(.keepalive(peer.settings.number))
            } else if interval > 0 && peer.wish == .none {
                peer.wish = .session
            }
        }
        if due.handshake { peer.wish = .rekey }
    }

    /// After 540 s without a handshake no secret of a peer remains: the sessions went before, and
    /// so the cookies do.
    private func wipe(_ peer: Peer, now: UInt64) {
        let last = peer.lastHandshake ?? 0
        if !peer.jars.isEmpty && peer.attempt == nil && now >= last + ProtocolLimits.wipeAfterTime {
            peer.jars.removeAll()
        }
    }
}
