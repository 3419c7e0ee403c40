import Packet

/// The responder's side of a handshake (paper §5.4.2): reads the first message.
package enum ResponderHandshake {
    /// Opens an initiation addressed to one of the identities, of which there may be two while a
    /// host changes its key; nil if it is not authentic.
    ///
    /// - `isPeer` is asked about the sender's key as soon as it can be read; a stranger costs one
    ///   X25519 operation and no more.
    /// - Cost: two X25519 operations, about 40 µs each.
    /// - The caller still has to refuse a timestamp that does not exceed the peer's last one.
    package static func open(
        _ initiation: [UInt8], local identities: [PrivateKey],
        isPeer: (PublicKey) -> Bool = { _ in true }, keyLog: (any KeyLog)? = nil
    ) -> OpenedInitiation? {
        guard let sender = HandshakeInitiation.sender(initiation),
            let local = addressee(of: initiation, among: identities),
            let ephemeral = PublicKey(
                initiation.octets.slice(HandshakeInitiation.ephemeralOffset, initiation.count))
        else { return nil }
        var state = SymmetricState(responder: local.publicKey)
        state.mixEphemeral(ephemeral)
        guard state.mixShared(local, ephemeral),
            let peer = openStatic(initiation, &state), isPeer(peer),
            state.mixShared(local, peer), let timestamp = openTimestamp(initiation, &state)
        else { return nil }
        return OpenedInitiation(
            state,
            OpenedInitiation.Sender(
                local: local, peer: peer, ephemeral: ephemeral, index: sender, timestamp: timestamp,
                keyLog: keyLog))
    }

    /// The identity whose mac1 the initiation bears.
    private static func addressee(
        of initiation: [UInt8], among identities: [PrivateKey]
    ) -> PrivateKey? {
        identities.first {
            $0.publicKey.mac1.vouches(for: initiation, at: HandshakeInitiation.mac1Offset)
        }
    }

    private static func openStatic(
        _ initiation: [UInt8], _ state: inout SymmetricState
    ) -> PublicKey? {
        let text = state.open(
            initiation, at: HandshakeInitiation.staticOffset,
            byteCount: HandshakeInitiation.staticByteCount)
        guard let text else { return nil }
        return PublicKey(text.bytes)
    }

    private static func openTimestamp(
        _ initiation: [UInt8], _ state: inout SymmetricState
    ) -> TAI64N? {
        let text = state.open(
            initiation, at: HandshakeInitiation.timestampOffset,
            byteCount: HandshakeInitiation.timestampByteCount)
        guard let text else { return nil }
        return TAI64N(text.bytes)
    }
}
