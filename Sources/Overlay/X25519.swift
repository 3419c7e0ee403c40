import CCrypto

/// Diffie-Hellman on Curve25519 (RFC 7748 §6.1).
package enum X25519 {
    /// The secret that the owner of `privateKey` shares with the owner of `publicKey`.
    ///
    /// Nil if it is all zero, which happens for public keys of small order only (RFC 7748 §6.1):
    /// whoever sends such a key wants a secret that everybody knows.
    ///
    /// - Cost: about 40 µs.
    package static func sharedSecret(
        _ privateKey: PrivateKey, _ publicKey: PublicKey
    ) -> LockedMemory? {
        let theirs = unsafe publicKey.withBytes { bytes in
            unsafe bytes.withUnsafeBytes {
                unsafe EVP_PKEY_new_raw_public_key_ex(
                    nil, "X25519", nil, $0.baseAddress, PublicKey.byteCount)
            }
        }
        defer { unsafe EVP_PKEY_free(theirs) }
        let context = unsafe EVP_PKEY_CTX_new_from_pkey(nil, privateKey.object, nil)
        defer { unsafe EVP_PKEY_CTX_free(context) }
        let secret = LockedMemory(byteCount: PublicKey.byteCount)
        var byteCount = secret.byteCount
        // libcrypto itself fails for an all-zero secret; the comparison does not rely on it.
        guard unsafe EVP_PKEY_derive_init(context) == 1,
            unsafe EVP_PKEY_derive_set_peer(context, theirs) == 1,
            unsafe EVP_PKEY_derive(context, secret.base, &byteCount) == 1,
            byteCount == secret.byteCount, !secret.equals(LockedMemory())
        else { return nil }
        return secret
    }

    /// The public half of libcrypto's key object.
    static func publicKey(of object: OpaquePointer) -> PublicKey {
        var bytes = [UInt8](repeating: 0, count: PublicKey.byteCount)
        var byteCount = bytes.count
        Algorithms.must(unsafe EVP_PKEY_get_raw_public_key(object, &bytes, &byteCount))
        guard let key = PublicKey(bytes: bytes) else {
            // An array of 32 bytes is a key.
            preconditionFailure("a public key has 32 bytes")
        }
        return key
    }
}
