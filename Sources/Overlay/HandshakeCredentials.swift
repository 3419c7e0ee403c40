/// The keys with which two hosts shake hands.
package struct HandshakeCredentials: Sendable {
    /// This host's identity.
    package let local: PrivateKey
    /// The peer's identity.
    package let remote: PublicKey
    /// The key both share, or zero.
    package let preshared: PresharedKey
    /// Set in tests only.
    package let keyLog: (any KeyLog)?

    /// The keys of `local` and `remote`.
    package init(
        local: PrivateKey, remote: PublicKey, preshared: PresharedKey = .zero,
        keyLog: (any KeyLog)? = nil
    ) {
        self.local = local
        self.remote = remote
        self.preshared = preshared
        self.keyLog = keyLog
    }
}
