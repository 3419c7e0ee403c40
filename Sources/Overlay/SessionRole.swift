/// Which side of a session began the handshake: only the initiator renews it (paper §6.2).
@usableFromInline package enum SessionRole: UInt8, Sendable, BitwiseCopyable {
    /// This host sent the initiation.
    case initiator
    /// This host sent the response.
    case responder
}
