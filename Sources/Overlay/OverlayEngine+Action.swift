import Packet

extension OverlayEngine {
    /// What the engine wants done. To be done in order.
    // Sendable, safe: the session of an action belongs to whoever holds the action: the engine
    // does not free it before ``OverlayEngine/released(_:)``, and reads only its atomic cells.
    @safe package enum Action: @unchecked Sendable {
        /// Send a handshake datagram.
        case send([UInt8], to: UnderlayAddress, PeerNumber?)
        /// Receive on this session from now on. Send on it too: at once when its role is
        /// initiator; from the first datagram opened with it on when its role is responder.
        case install(UnsafeMutablePointer<Session>, PeerNumber, SessionRole)
        /// Let go of this session and say so (``OverlayEngine/released(_:)``).
        case retire(UnsafeMutablePointer<Session>, PeerNumber)
        /// Seal and send a datagram without plaintext, if there is a session.
        case keepalive(PeerNumber)
        /// Send this peer's datagrams there.
        case setEndpoint(PeerNumber, UnderlayAddress)
        /// Write this timestamp down, durably, before what follows.
        case persist(TAI64N)
        /// The peer does not answer: drop what waits for a session.
        case noSession(PeerNumber)
    }
}
