import Packet

/// The chaining key, hash and key of a handshake in progress (Noise §5.2, paper §5.4), for
/// `Noise_IKpsk2_25519_ChaChaPoly_BLAKE2s`.
///
/// Every key is used for one text, so the nonce is always zero.
package struct SymmetricState: ~Copyable {
    /// `Construction` of the paper: the Noise protocol's name.
    package static let construction = Array("Noise_IKpsk2_25519_ChaChaPoly_BLAKE2s".utf8)
    /// `Identifier` of the paper: Noise's prologue.
    package static let identifier = Array("WireGuard v1 zx2c4 Jason@zx2c4.com".utf8)

    private var chainingKey: LockedMemory
    private var hash: LockedMemory
    private var key = LockedMemory(byteCount: KeyDerivation.byteCount)

    /// The state before the first message to `responder`. Only test vectors have another prologue.
    package init(responder: PublicKey, prologue: [UInt8] = identifier) {
        chainingKey = Blake2s.hash(Self.construction.octets)
        hash = Blake2s.hash(Self.construction.octets)
        mixHash(prologue.octets)
        mixHash(responder.bytes.octets)
    }

    /// A copy of `other`: what a message that may be forged is tried on.
    package init(copying other: borrowing SymmetricState) {
        chainingKey = LockedMemory(copying: other.chainingKey.bytes)
        hash = LockedMemory(copying: other.hash.bytes)
        key.store(other.key.bytes)
    }

    /// What both sides' messages so far come to.
    package var transcript: RawSpan {
        @_lifetime(borrow self) get { hash.bytes }
    }

    /// Makes `bytes` part of the transcript.
    package mutating func mixHash(_ bytes: RawSpan) {
        hash = Blake2s.hash(hash.bytes, bytes)
    }

    /// Makes a public ephemeral key part of transcript and keys. (Noise mixes it into the keys in
    /// PSK handshakes only, §9.2.)
    package mutating func mixEphemeral(_ ephemeral: PublicKey) {
        ephemeral.withBytes {
            mixHash($0)
            chainingKey = KeyDerivation.kdf1(chainingKey.bytes, $0)
        }
    }

    /// Makes a shared secret part of the keys.
    package mutating func mixKey(_ secret: borrowing LockedMemory) {
        let derived = KeyDerivation.kdf2(chainingKey.bytes, secret.bytes)
        chainingKey.store(derived.bytes.slice(0, 32))
        key.store(derived.bytes.slice(32, 64))
    }

    /// Makes what `privateKey` and `publicKey` share part of the keys; false if they share nothing.
    package mutating func mixShared(_ privateKey: PrivateKey, _ publicKey: PublicKey) -> Bool {
        guard let secret = X25519.sharedSecret(privateKey, publicKey) else { return false }
        mixKey(secret)
        return true
    }

    /// Makes the preshared key part of transcript and keys (Noise §9.1).
    package mutating func mixPreshared(_ preshared: borrowing LockedMemory) {
        let derived = KeyDerivation.kdf3(chainingKey.bytes, preshared.bytes)
        chainingKey.store(derived.bytes.slice(0, 32))
        mixHash(derived.bytes.slice(32, 64))
        key.store(derived.bytes.slice(64, 96))
    }

    /// Seals `byteCount` bytes of `message` from `offset` on in place; the tag goes after them.
    package mutating func seal(_ message: inout [UInt8], at offset: Int, byteCount: Int) -> Bool {
        let end = offset + byteCount + AEAD.tagByteCount
        guard end <= message.count, let aead = AEAD(key: key.bytes) else { return false }
        let isSealed = unsafe message.withUnsafeMutableBytes { bytes in
            guard let base = bytes.baseAddress else { return false }
            return unsafe aead.seal(
                base + offset, byteCount: byteCount, nonce: AEADNonce(0), vouchingFor: hash.bytes)
        }
        mixHash(message.octets.slice(offset, end))
        return isSealed
    }

    /// Opens `byteCount` bytes of `message`, tag included, from `offset` on; nil if not authentic.
    package mutating func open(_ message: [UInt8], at offset: Int, byteCount: Int) -> LockedMemory?
    {
        let sealed = message.octets.slice(offset, offset + byteCount)
        guard sealed.byteCount == byteCount, byteCount >= AEAD.tagByteCount,
            let aead = AEAD(key: key.bytes)
        else { return nil }
        let text = LockedMemory(copying: sealed)
        let isAuthentic = unsafe aead.open(
            text.base, byteCount: byteCount, nonce: AEADNonce(0), vouchingFor: transcript)
        guard isAuthentic else { return nil }
        mixHash(sealed)
        return text
    }

    /// The keys of the session, as 64 bytes: the initiator sends with the first half.
    package borrowing func split() -> LockedMemory {
        KeyDerivation.kdf2(chainingKey.bytes, RawSpan())
    }

    /// The session of `role` with these indices.
    package borrowing func sessionKeys(
        _ role: SessionRole, local: UInt32, remote: UInt32
    ) -> SessionKeys {
        let both = split()
        let first = LockedMemory(copying: both.bytes.slice(0, 32))
        let second = LockedMemory(copying: both.bytes.slice(32, 64))
        switch role {
        case .initiator:
            return SessionKeys(
                send: first, receive: second, indices: (local, remote), role: role)
        case .responder:
            return SessionKeys(
                send: second, receive: first, indices: (local, remote), role: role)
        }
    }
}
