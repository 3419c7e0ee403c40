import Packet

/// The initiator's side of a handshake (paper §5.4.2, §5.4.3): made with the first message, it
/// waits for the second.
///
/// - Cost: three X25519 operations to begin, two to finish, about 40 µs each.
package struct InitiatorHandshake: ~Copyable {
    /// The 148 bytes to send; a ``CookieJar`` adds mac2.
    package let message: [UInt8]
    /// The index by which the response names this handshake.
    package let localIndex: UInt32

    private let state: SymmetricState
    private let ephemeral: PrivateKey
    private let credentials: HandshakeCredentials

    /// Begins a handshake; nil only if the remote key shares no secret with anybody.
    package init?(
        _ credentials: HandshakeCredentials, localIndex: UInt32, timestamp: TAI64N,
        random: any RandomSource
    ) {
        let ephemeral = PrivateKey(random: random)
        var message = [UInt8](repeating: 0, count: HandshakeInitiation.byteCount)
        message[0] = HandshakeInitiation.type
        message.storeLittleEndian(localIndex, at: HandshakeInitiation.senderOffset)
        var state = SymmetricState(responder: credentials.remote)
        guard
            Self.write(&message, &state, credentials, ephemeral),
            Self.write(timestamp, &message, &state)
        else { return nil }
        credentials.remote.stamp(&message, at: HandshakeInitiation.mac1Offset)
        credentials.keyLog?.write(credentials, ephemeral: ephemeral)
        self.message = message
        self.localIndex = localIndex
        self.state = state
        self.ephemeral = ephemeral
        self.credentials = credentials
    }

    /// The keys of the session, if `response` is the peer's answer; nil if it is not. A forged
    /// answer changes nothing: the true one may still come.
    package borrowing func finish(_ response: [UInt8]) -> SessionKeys? {
        guard HandshakeResponse.receiver(response) == localIndex,
            credentials.local.publicKey.mac1.vouches(
                for: response, at: HandshakeResponse.mac1Offset),
            let theirs = PublicKey(
                response.octets.slice(HandshakeResponse.ephemeralOffset, response.count))
        else { return nil }
        var state = SymmetricState(copying: state)
        state.mixEphemeral(theirs)
        guard state.mixShared(ephemeral, theirs), state.mixShared(credentials.local, theirs) else {
            return nil
        }
        state.mixPreshared(credentials.preshared.secret)
        let empty = state.open(
            response, at: HandshakeResponse.emptyOffset, byteCount: AEAD.tagByteCount)
        guard empty != nil else { return nil }
        let sender = response.octets.littleEndian(at: HandshakeResponse.senderOffset)
        return state.sessionKeys(.initiator, local: localIndex, remote: sender)
    }

    /// Ephemeral key and sealed static key.
    private static func write(
        _ message: inout [UInt8], _ state: inout SymmetricState,
        _ credentials: HandshakeCredentials, _ ephemeral: PrivateKey
    ) -> Bool {
        let local = credentials.local
        message.store(ephemeral.publicKey, at: HandshakeInitiation.ephemeralOffset)
        state.mixEphemeral(ephemeral.publicKey)
        guard state.mixShared(ephemeral, credentials.remote) else { return false }
        message.store(local.publicKey, at: HandshakeInitiation.staticOffset)
        return state.seal(
            &message, at: HandshakeInitiation.staticOffset, byteCount: PublicKey.byteCount)
            && state.mixShared(local, credentials.remote)
    }

    /// Sealed timestamp.
    private static func write(
        _ timestamp: TAI64N, _ message: inout [UInt8], _ state: inout SymmetricState
    ) -> Bool {
        timestamp.store(in: &message, at: HandshakeInitiation.timestampOffset)
        return state.seal(
            &message, at: HandshakeInitiation.timestampOffset, byteCount: TAI64N.byteCount)
    }
}
