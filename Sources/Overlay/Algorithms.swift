import CCrypto

/// The algorithms of WireGuard (paper §5.4), each fetched from libcrypto once.
///
/// A fetched algorithm is immutable and counts its references atomically; libcrypto lets any number
/// of threads use it. None is ever given back: they live as long as the process.
@safe enum Algorithms {
    // SAFETY: constants after their first use; see above for what they point to.
    nonisolated(unsafe) static let aead = unsafe available(
        EVP_CIPHER_fetch(nil, "ChaCha20-Poly1305", nil))
    // SAFETY: as above.
    nonisolated(unsafe) static let chacha20 = unsafe available(
        EVP_CIPHER_fetch(nil, "ChaCha20", nil))
    // SAFETY: as above.
    nonisolated(unsafe) static let blake2s = unsafe available(
        EVP_MD_fetch(nil, "BLAKE2S-256", nil))
    // SAFETY: as above.
    nonisolated(unsafe) static let keyedBlake2s = unsafe available(
        EVP_MAC_fetch(nil, "BLAKE2SMAC", nil))
    // SAFETY: as above.
    nonisolated(unsafe) static let hmac = unsafe available(EVP_MAC_fetch(nil, "HMAC", nil))

    /// An algorithm, or a context for one, that libcrypto must have.
    static func available(_ object: OpaquePointer?) -> OpaquePointer {
        guard let object = unsafe object else {
            // No packet can be sealed: the library lacks an algorithm of its default provider, or
            // there is no memory for a few hundred bytes. No foreign byte can bring this about.
            preconditionFailure("libcrypto has no ChaCha20-Poly1305, BLAKE2s or memory")
        }
        return unsafe object
    }

    /// Takes note that a call succeeded which fails only without memory.
    static func must(_ result: CInt) {
        precondition(result == 1, "libcrypto could not finish a hash: no memory")
    }
}
