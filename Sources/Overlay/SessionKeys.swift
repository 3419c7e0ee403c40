/// What a completed handshake leaves behind: the keys of a session and its indices (paper §5.4.5).
package struct SessionKeys: ~Copyable {
    /// The 32-byte key for what this host sends.
    package let send: LockedMemory
    /// The 32-byte key for what this host receives.
    package let receive: LockedMemory
    /// The index by which the peer names the session.
    package let localIndex: UInt32
    /// The index by which this host names the session to the peer.
    package let remoteIndex: UInt32
    /// This host's side.
    package let role: SessionRole

    /// Keys from anywhere; a handshake makes its own.
    package init(
        send: consuming LockedMemory, receive: consuming LockedMemory,
        indices: (local: UInt32, remote: UInt32), role: SessionRole
    ) {
        self.send = send
        self.receive = receive
        localIndex = indices.local
        remoteIndex = indices.remote
        self.role = role
    }
}
