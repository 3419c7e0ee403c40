import Packet

extension OverlayEngine {
    /// The keys of both hosts that agreed on a session.
    struct KeyPair {
        let local: PublicKey
        let remote: PublicKey
    }

    /// Makes a session of `keys` and hands it to the worker; false when libcrypto has no memory.
    mutating func install(
        _ keys: consuming SessionKeys, _ pair: KeyPair, for peer: Peer, now: UInt64
    ) -> Bool {
        guard let made = Session(keys: keys, peer: peer.settings.number, now: now) else {
            return false
        }
        let session = UnsafeMutablePointer<Session>.allocate(capacity: 1)
        unsafe session.initialize(to: made)
        let patience =
            ProtocolLimits.responderRekeyAfterTime
            + jitter(below: ProtocolLimits.responderJitterMax)
        let record = unsafe SessionRecord(
            session: session, localKey: pair.local, remoteKey: pair.remote,
            responderRekeyAt: now + patience)
        owners[record.localIndex] = peer
        peer.lastHandshake = now
        peer.isUnreachable = false
        let excess = peer.sessions.install(record)
        unsafe actions.append(.install(session, peer.settings.number, record.role))
        retire(excess, of: peer)
        return true
    }

    /// Takes sessions back from the worker.
    mutating func retire(_ records: [SessionRecord], of peer: Peer) {
        for record in records {
            unsafe peer.activity.absorb(record.session.pointee.activity)
            unsafe retired.insert(record.session)
            unsafe actions.append(.retire(record.session, peer.settings.number))
        }
    }

    /// Ends our handshake with `peer`, if there is one; its keys are wiped and its index is free.
    mutating func dropAttempt(of peer: Peer) {
        guard let attempt = peer.attempt.take() else { return }
        owners[attempt.handshake.localIndex] = nil
    }

    /// Follows `peer` to `address`, from where something authentic came.
    mutating func follow(_ peer: Peer, to address: UnderlayAddress) {
        guard peer.isFollowed, peer.endpoint != address else { return }
        peer.endpoint = address
        actions.append(.setEndpoint(peer.settings.number, address))
    }

    /// An authentic transport datagram of `peer` came from `address`, not its endpoint.
    package mutating func heard(_ peer: PeerNumber, from address: UnderlayAddress, now: UInt64) {
        guard let peer = peersByNumber[peer] else { return }
        follow(peer, to: address)
    }
}
