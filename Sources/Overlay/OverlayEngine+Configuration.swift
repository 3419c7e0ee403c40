/// Who the peers are, and who we are.
extension OverlayEngine {
    /// Replaces the peers. A peer that stays (by its number and one of its keys) keeps what it
    /// has, except sessions agreed on under a key or a preshared key that it no longer has; adding
    /// a key takes nothing away. Everything of a peer that is gone is retired.
    ///
    /// Of two peers with one number or one key the first counts: the directory has refused that.
    package mutating func configure(_ settings: [PeerSettings], now: UInt64) {
        var kept: [PeerNumber: Peer] = [:]
        peers = []
        peersByKey = [:]
        for settings in settings where kept[settings.number] == nil {
            let peer = adopt(settings)
            kept[settings.number] = peer
            peers.append(peer)
            for key in settings.publicKeys where peersByKey[key] == nil { peersByKey[key] = peer }
        }
        for (number, peer) in peersByNumber where kept[number] !== peer { remove(peer) }
        peersByNumber = kept
    }

    /// Replaces our keys. Sessions and handshakes under a key that is gone end; the others go on
    /// until they are replaced under the first key.
    package mutating func setIdentities(_ identities: [PrivateKey], now: UInt64) {
        self.identities = identities
        let keys = Set(identities.map(\.publicKey))
        checker = CookieChecker(identities: identities.map(\.publicKey))
        for peer in peers {
            retire(peer.sessions.remove { !keys.contains($0.localKey) }, of: peer)
            dropAttempt(of: peer) { !keys.contains($0.local) }
        }
    }

    /// The peer with these settings: the one that has them already, if there is one.
    private mutating func adopt(_ settings: PeerSettings) -> Peer {
        guard let peer = peersByNumber[settings.number],
            peer.settings.publicKeys.contains(where: settings.publicKeys.contains)
        else {
            let peer = Peer(settings)
            announceEndpoint(of: peer)
            return peer
        }
        update(peer, settings)
        return peer
    }

    private mutating func update(_ peer: Peer, _ settings: PeerSettings) {
        let keepsSecret = peer.settings.preshared.equals(settings.preshared)
        let hasMoved = peer.settings.endpoint != settings.endpoint
        peer.settings = settings
        let isListed = { (key: PublicKey) in settings.publicKeys.contains(key) }
        retire(peer.sessions.remove { !keepsSecret || !isListed($0.remoteKey) }, of: peer)
        dropAttempt(of: peer) { !keepsSecret || !isListed($0.remote) }
        peer.jars = peer.jars.filter { isListed($0.key) }
        peer.latestTimestamps = peer.latestTimestamps.filter { isListed($0.key) }
        if hasMoved || !peer.isFollowed && peer.endpoint != settings.endpoint {
            peer.endpoint = settings.endpoint ?? peer.endpoint
            announceEndpoint(of: peer)
        }
    }

    private mutating func announceEndpoint(of peer: Peer) {
        guard let endpoint = peer.endpoint else { return }
        actions.append(.setEndpoint(peer.settings.number, endpoint))
    }

    /// Ends everything of a peer that is none any more.
    private mutating func remove(_ peer: Peer) {
        retire(peer.sessions.remove { _ in true }, of: peer)
        dropAttempt(of: peer)
    }

    /// Ends our handshake with `peer` if `condition` holds for its keys; what it was begun for is
    /// still wanted.
    private mutating func dropAttempt(of peer: Peer, where condition: (KeyPair) -> Bool) {
        let isConcerned =
            switch peer.attempt {
            case .some(let attempt):
                condition(KeyPair(local: attempt.localKey, remote: attempt.remoteKey))
            case nil: false
            }
        guard isConcerned else { return }
        dropAttempt(of: peer)
        peer.wish = .session
    }
}
