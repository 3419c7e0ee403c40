import Packet

/// Our own handshakes (WireGuard paper §5.4.2 and §6.4).
extension OverlayEngine {
    /// The worker has something to send to `peer` and no session that may.
    package mutating func wantsSession(_ peer: PeerNumber, now: UInt64, wall: UInt64) {
        guard let peer = peersByNumber[peer], !peer.isEstablished(now: now) else { return }
        guard peer.endpoint != nil, !peer.settings.publicKeys.isEmpty else {
            actions.append(.noSession(peer.settings.number))
            return
        }
        if peer.wish == .none { peer.wish = .session }
        grantWish(of: peer, now: now, wall: wall)
    }

    /// Agrees on fresh keys with `peer`, now or when the last initiation is 5 s old.
    package mutating func rekey(_ peer: PeerNumber, now: UInt64, wall: UInt64) {
        guard let peer = peersByNumber[peer] else { return }
        peer.wish = .rekey
        grantWish(of: peer, now: now, wall: wall)
    }

    /// Begins the handshake that `peer`'s wish asks for, if it may begin now.
    mutating func grantWish(of peer: Peer, now: UInt64, wall: UInt64) {
        switch peer.wish {
        case .none: return
        case .session:
            if peer.isEstablished(now: now) {
                peer.wish = .none
                return
            }
            // The peer has called, and its first datagram is on its way, most likely.
            if let next = peer.sessions.next, now < next.bornAt + ProtocolLimits.second { return }
        case .rekey: break
        }
        guard peer.attempt == nil, peer.mayInitiate(now: now) else { return }
        peer.wish = .none
        initiate(peer, HandshakeSeries(startedAt: now), now: now, wall: wall)
    }

    /// Sends the initiation again when nobody answered, for 90 s (paper §6.4).
    mutating func retry(_ peer: Peer, now: UInt64, wall: UInt64) {
        guard let series = Self.seriesDue(of: peer, now: now) else { return }
        dropAttempt(of: peer)
        guard now < series.startedAt + ProtocolLimits.rekeyAttemptTime else {
            giveUp(peer)
            return
        }
        initiate(peer, series, now: now, wall: wall)
    }

    private mutating func giveUp(_ peer: Peer) {
        peer.counts.gaveUp += 1
        peer.isUnreachable = true
        // Only something new to send begins another series.
        peer.wish = .none
        actions.append(.noSession(peer.settings.number))
    }

    /// One initiation after another, until one is answered.
    struct HandshakeSeries {
        let startedAt: UInt64
        var retryCount = 0
    }

    private static func seriesDue(of peer: Peer, now: UInt64) -> HandshakeSeries? {
        switch peer.attempt {
        case .some(let attempt) where now >= attempt.retryAt:
            HandshakeSeries(startedAt: attempt.startedAt, retryCount: attempt.retryCount + 1)
        default: nil
        }
    }

    /// Sends an initiation with an ephemeral key, an index and a timestamp of its own.
    private mutating func initiate(
        _ peer: Peer, _ series: HandshakeSeries, now: UInt64, wall: UInt64
    ) {
        let keys = peer.settings.publicKeys
        guard let local = identities.first, let endpoint = peer.endpoint, !keys.isEmpty else {
            return
        }
        let remote = keys[series.retryCount % keys.count]
        let credentials = HandshakeCredentials(
            local: local, remote: remote, preshared: peer.settings.preshared, keyLog: keyLog)
        let handshake = InitiatorHandshake(
            credentials, localIndex: drawIndex(), timestamp: nextTimestamp(wall: wall),
            random: random)
        peer.lastInitiationSent = now
        guard let handshake else {
            // A key of small order: whoever listed it has no peer there.
            giveUp(peer)
            return
        }
        var message = handshake.message
        peer.stamp(&message, for: remote, now: now)
        let pause = ProtocolLimits.rekeyTimeout + jitter(below: ProtocolLimits.retryJitterMax)
        owners[handshake.localIndex] = peer
        peer.attempt = HandshakeAttempt(
            handshake: handshake, localKey: local.publicKey, remoteKey: remote,
            startedAt: series.startedAt, retryCount: series.retryCount, retryAt: now + pause)
        peer.counts.initiationsSent += 1
        peer.activity.lastSent = max(peer.activity.lastSent, now)
        actions.append(.send(message, to: endpoint, peer.settings.number))
    }

    /// A timestamp after all earlier ones; what must be written down for that goes first.
    private mutating func nextTimestamp(wall: UInt64) -> TAI64N {
        let (label, reserve) = clock.next(wall: wall)
        if let reserve { actions.append(.persist(reserve)) }
        return label
    }
}
