/// An authentic initiation, to be answered (paper §5.4.3).
package struct OpenedInitiation: ~Copyable {
    /// What the initiation says, and to whom.
    struct Sender {
        let local: PrivateKey
        let peer: PublicKey
        let ephemeral: PublicKey
        let index: UInt32
        let timestamp: TAI64N
        let keyLog: (any KeyLog)?
    }

    private let state: SymmetricState
    private let sender: Sender

    init(_ state: consuming SymmetricState, _ sender: Sender) {
        self.state = state
        self.sender = sender
    }

    /// Who sent it.
    package var peer: PublicKey { sender.peer }
    /// When; must exceed the peer's last one.
    package var timestamp: TAI64N { sender.timestamp }
    /// The index by which the peer names the session to be.
    package var remoteIndex: UInt32 { sender.index }
    /// The identity of this host that it was addressed to.
    package var identity: PrivateKey { sender.local }

    /// The response and the session that begins with it; nil only for keys without a secret.
    ///
    /// - Cost: three X25519 operations, about 40 µs each.
    package borrowing func answer(
        preshared: PresharedKey, localIndex: UInt32, random: any RandomSource
    ) -> HandshakeAnswer? {
        let ephemeral = PrivateKey(random: random)
        var message = [UInt8](repeating: 0, count: HandshakeResponse.byteCount)
        message[0] = HandshakeResponse.type
        message.storeLittleEndian(localIndex, at: HandshakeResponse.senderOffset)
        message.storeLittleEndian(sender.index, at: HandshakeResponse.receiverOffset)
        message.store(ephemeral.publicKey, at: HandshakeResponse.ephemeralOffset)
        var state = SymmetricState(copying: state)
        state.mixEphemeral(ephemeral.publicKey)
        guard state.mixShared(ephemeral, sender.ephemeral),
            state.mixShared(ephemeral, sender.peer)
        else { return nil }
        state.mixPreshared(preshared.secret)
        guard state.seal(&message, at: HandshakeResponse.emptyOffset, byteCount: 0) else {
            return nil
        }
        sender.peer.stamp(&message, at: HandshakeResponse.mac1Offset)
        log(preshared, ephemeral)
        let keys = state.sessionKeys(.responder, local: localIndex, remote: sender.index)
        return HandshakeAnswer(message: message, keys: keys)
    }

    private borrowing func log(_ preshared: PresharedKey, _ ephemeral: PrivateKey) {
        let credentials = HandshakeCredentials(
            local: sender.local, remote: sender.peer, preshared: preshared)
        sender.keyLog?.write(credentials, ephemeral: ephemeral)
    }
}

/// The second message of a handshake and the responder's session, which may send only when the
/// initiator has proved the same keys with its first packet (paper §5.1).
package struct HandshakeAnswer: ~Copyable {
    /// The 92 bytes to send; a ``CookieJar`` adds mac2.
    package let message: [UInt8]
    /// The session.
    package let keys: SessionKeys
}
