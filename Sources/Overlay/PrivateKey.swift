import CCrypto

/// An X25519 private key (RFC 7748): a host's identity, or the ephemeral key of one handshake.
///
/// It lives in libcrypto's key object, whose bytes lie in the secure heap (``LockedMemory``) and
/// are wiped when the object goes. It never appears in a description.
// SAFETY: the key object is immutable after `init`, and libcrypto lets any thread derive with it.
@safe package final class PrivateKey: @unchecked Sendable {
    /// The key that peers know.
    package let publicKey: PublicKey
    let object: OpaquePointer

    /// A new key.
    package convenience init(random: any RandomSource) {
        var seed = LockedMemory(byteCount: PublicKey.byteCount, random: random)
        self.init(clamping: &seed)
    }

    /// Reads the 44 characters that `wg genkey` writes.
    package convenience init?(base64: String) {
        var seed = LockedMemory(byteCount: PublicKey.byteCount)
        guard KeyText.decode(base64, into: &seed) else { return nil }
        self.init(clamping: &seed)
    }

    /// The key of these bytes; nil unless there are 32.
    package convenience init?(bytes: RawSpan) {
        guard bytes.byteCount == PublicKey.byteCount else { return nil }
        var seed = LockedMemory(copying: bytes)
        self.init(clamping: &seed)
    }

    /// Sets the bits that every X25519 key has set (RFC 7748 §5), as `wg genkey` does, so that a
    /// key has one text.
    private init(clamping seed: inout LockedMemory) {
        seed[0] &= 0xf8
        seed[31] = seed[31] & 0x7f | 0x40
        unsafe object = Algorithms.available(
            EVP_PKEY_new_raw_private_key_ex(nil, "X25519", nil, seed.base, seed.byteCount))
        publicKey = unsafe X25519.publicKey(of: object)
    }

    deinit { unsafe EVP_PKEY_free(object) }

    /// The 44 characters of the key. For the key file and the key log of tests: the text lies in
    /// ordinary memory.
    package var base64: String {
        let key = LockedMemory(byteCount: PublicKey.byteCount)
        var byteCount = key.byteCount
        Algorithms.must(unsafe EVP_PKEY_get_raw_private_key(object, key.base, &byteCount))
        return KeyText.encode(key.bytes)
    }
}

extension PrivateKey: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// Names the public key; the private one never appears.
    package var description: String { "PrivateKey(of \(publicKey))" }
    /// As ``description``.
    package var debugDescription: String { description }
    /// Empty, so that `dump` shows nothing either.
    package var customMirror: Mirror { Mirror(self, children: [:]) }
}
