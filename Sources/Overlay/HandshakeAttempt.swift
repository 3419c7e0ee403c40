/// Our side of a handshake under way: the initiation sent last, and how long it has been tried.
struct HandshakeAttempt: ~Copyable {
    /// So many responses are tried before one has to prove its address in cookie mode: a host
    /// that is flooded still finishes its own handshakes, and who sees the index on the wire cannot
    /// make it compute without end.
    static let freeResponseCount = 8

    let handshake: InitiatorHandshake
    let localKey: PublicKey
    let remoteKey: PublicKey
    /// When the first initiation of this series was sent.
    let startedAt: UInt64
    /// How many were sent before this one.
    let retryCount: Int
    /// When the next one is sent.
    let retryAt: UInt64
    /// Responses that turned out not to be authentic.
    var refusedCount = 0
}
