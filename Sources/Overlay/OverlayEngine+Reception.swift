import Packet

/// The handshake datagrams of others. What is not right is dropped without an answer (paper §5.1).
extension OverlayEngine {
    /// A datagram of type 1, 2 or 3 came from `address`: of any size, from anyone.
    package mutating func receive(
        _ datagram: [UInt8], from address: UnderlayAddress, now: UInt64, wall: UInt64
    ) {
        counts.received += 1
        load.count(now: now)
        switch HandshakeKind(datagram) {
        case .initiation: receiveInitiation(datagram, from: address, now: now)
        case .response: receiveResponse(datagram, from: address, now: now)
        case .cookieReply: receiveCookie(datagram, now: now)
        case nil: counts.malformed += 1
        }
    }

    private mutating func receiveInitiation(
        _ datagram: [UInt8], from address: UnderlayAddress, now: UInt64
    ) {
        let verdict = checker.verdict(datagram, from: address, now: now)
        guard isAdmitted(verdict, datagram, from: address, now: now) else { return }
        var isStranger = false
        let opened = ResponderHandshake.open(
            datagram, local: identities,
            isPeer: {
                isStranger = peersByKey[$0] == nil
                return !isStranger
            }, keyLog: keyLog)
        guard let opened else {
            counts.refused += isStranger ? 0 : 1
            counts.unknownPeer += isStranger ? 1 : 0
            return
        }
        answer(opened, from: address, now: now)
    }

    /// Whether the message proves enough about its sender to compute for it (paper §5.3).
    private mutating func isAdmitted(
        _ verdict: CookieChecker.Verdict, _ datagram: [UInt8], from address: UnderlayAddress,
        now: UInt64
    ) -> Bool {
        switch verdict {
        case .invalid:
            counts.badMAC1 += 1
            return false
        case .mac1 where isUnderLoad(now: now):
            sendCookie(for: datagram, to: address, now: now)
            return false
        case .mac2 where isUnderLoad(now: now):
            guard limiter.admit(address.address, now: now) else {
                counts.limited += 1
                return false
            }
            return true
        case .mac1, .mac2: return true
        }
    }

    private mutating func sendCookie(
        for datagram: [UInt8], to address: UnderlayAddress, now: UInt64
    ) {
        guard let reply = checker.reply(to: datagram, from: address, now: now, random: random)
        else { return }
        counts.cookiesSent += 1
        actions.append(.send(reply, to: address, nil))
    }

    private mutating func answer(
        _ opened: borrowing OpenedInitiation, from address: UnderlayAddress, now: UInt64
    ) {
        let key = opened.peer
        guard let peer = peersByKey[key], peer.takes(opened.timestamp, of: key, now: now),
            let answer = opened.answer(
                preshared: peer.settings.preshared, localIndex: drawIndex(), random: random)
        else { return }
        var message = answer.message
        let pair = KeyPair(local: opened.identity.publicKey, remote: key)
        guard install(answer.keys, pair, for: peer, now: now) else { return }
        note(peer, from: address, now: now)
        peer.counts.answered += 1
        peer.stamp(&message, for: key, now: now)
        peer.activity.lastSent = max(peer.activity.lastSent, now)
        actions.append(.send(message, to: peer.endpoint ?? address, peer.settings.number))
    }

    private mutating func receiveResponse(
        _ datagram: [UInt8], from address: UnderlayAddress, now: UInt64
    ) {
        guard let index = HandshakeResponse.receiver(datagram), let peer = owners[index],
            let state = Self.waiting(peer, for: index)
        else {
            counts.unknownIndex += 1
            return
        }
        let verdict = checker.verdict(datagram, from: address, now: now)
        let isFree = verdict == .mac1 && state.refusedCount < HandshakeAttempt.freeResponseCount
        guard isFree || isAdmitted(verdict, datagram, from: address, now: now) else { return }
        guard let keys = peer.attempt?.handshake.finish(datagram) else {
            peer.attempt?.refusedCount += 1
            peer.counts.responsesRefused += 1
            return
        }
        complete(peer, keys, state.pair, now: now)
        note(peer, from: address, now: now)
    }

    /// The keys and the failures of `peer`'s attempt, if it is the one with this index.
    private static func waiting(
        _ peer: Peer, for index: UInt32
    ) -> (pair: KeyPair, refusedCount: Int)? {
        switch peer.attempt {
        case .some(let attempt) where attempt.handshake.localIndex == index:
            (KeyPair(local: attempt.localKey, remote: attempt.remoteKey), attempt.refusedCount)
        default: nil
        }
    }

    /// Our handshake is answered: the session may be sent on, and the peer waits for a first
    /// datagram as the proof that we hold the keys (paper §5.1).
    private mutating func complete(
        _ peer: Peer, _ keys: consuming SessionKeys, _ pair: KeyPair, now: UInt64
    ) {
        dropAttempt(of: peer)
        peer.wish = .none
        guard install(keys, pair, for: peer, now: now) else { return }
        peer.counts.completed += 1
        actions.append(.keepalive(peer.settings.number))
    }

    /// An authentic handshake message of `peer` came from `address`.
    private mutating func note(_ peer: Peer, from address: UnderlayAddress, now: UInt64) {
        peer.activity.lastReceived = max(peer.activity.lastReceived, now)
        follow(peer, to: address)
    }

    private mutating func receiveCookie(_ datagram: [UInt8], now: UInt64) {
        guard let index = CookieReply.receiver(datagram), let peer = owners[index] else {
            counts.unknownIndex += 1
            return
        }
        let sessionKey = peer.sessions.all.first { $0.localIndex == index }?.remoteKey
        guard let key = Self.waiting(peer, for: index)?.pair.remote ?? sessionKey,
            peer.jars[key]?.receive(datagram, now: now) == true
        else { return }
        peer.lastCookie = now
        peer.counts.cookiesReceived += 1
    }
}
