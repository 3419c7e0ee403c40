import CCrypto

/// The hash of the handshake: BLAKE2s with 32 bytes of output (RFC 7693).
package enum Blake2s {
    /// How many bytes a hash has.
    package static let byteCount = 32

    /// The hash of `first` followed by `second`.
    package static func hash(_ first: RawSpan, _ second: RawSpan = RawSpan()) -> LockedMemory {
        let context = unsafe Algorithms.available(EVP_MD_CTX_new())
        defer { unsafe EVP_MD_CTX_free(context) }
        Algorithms.must(unsafe EVP_DigestInit_ex2(context, Algorithms.blake2s, nil))
        unsafe absorb(first, context)
        unsafe absorb(second, context)
        let hash = LockedMemory(byteCount: byteCount)
        Algorithms.must(unsafe EVP_DigestFinal_ex(context, hash.base, nil))
        return hash
    }

    private static func absorb(_ bytes: RawSpan, _ context: OpaquePointer) {
        unsafe bytes.withUnsafeBytes {
            Algorithms.must(unsafe EVP_DigestUpdate(context, $0.baseAddress, $0.count))
        }
    }
}
