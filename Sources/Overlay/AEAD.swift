import CCrypto

/// ChaCha20-Poly1305 (RFC 8439) under one key: one direction of a session, or one handshake step.
///
/// - Nonce: 4 zero bytes and the counter, little-endian (paper §5.4.6). The caller never seals two
///   texts with one counter.
/// - Cost: the key is set once; a packet sets the nonce only. No allocation for each packet.
/// - Thread: one at a time, the counter's atomicity notwithstanding: two threads would set their
///   nonces in the same context. So it is not `Sendable`.
/// - Secrets: libcrypto's context holds the key in the ordinary heap and wipes it at the end; the
///   daemon locks all of its memory.
// SAFETY: the context is owned alone; every length is checked before a pointer is used.
@safe package struct AEAD: ~Copyable {
    /// How many bytes sealing adds.
    package static let tagByteCount = 16
    /// How many bytes a key has.
    package static let keyByteCount = 32

    let context: OpaquePointer

    /// The cipher under `key`; nil unless it has 32 bytes.
    package init?(key: RawSpan) {
        guard key.byteCount == Self.keyByteCount else { return nil }
        let context = unsafe Algorithms.available(EVP_CIPHER_CTX_new())
        unsafe self.context = context
        let isReady = unsafe key.withUnsafeBytes {
            unsafe EVP_EncryptInit_ex2(context, Algorithms.aead, $0.baseAddress, nil, nil)
        }
        Algorithms.must(isReady)
    }

    deinit { unsafe EVP_CIPHER_CTX_free(context) }

    /// Seals `byteCount` bytes in place; the 16-byte tag is written directly after them.
    ///
    /// False, and nothing sealed, only if libcrypto fails.
    package borrowing func seal(
        _ plaintext: UnsafeMutableRawPointer, byteCount: Int, counter: UInt64
    ) -> Bool {
        unsafe seal(plaintext, byteCount: byteCount, nonce: AEADNonce(counter))
    }

    /// Opens `byteCount` bytes, the tag included, in place.
    ///
    /// False if they are not authentic; the content is then undefined.
    package borrowing func open(
        _ ciphertext: UnsafeMutableRawPointer, byteCount: Int, counter: UInt64
    ) -> Bool {
        unsafe open(ciphertext, byteCount: byteCount, nonce: AEADNonce(counter))
    }

    @inline(__always) borrowing func seal(
        _ text: UnsafeMutableRawPointer, byteCount: Int, nonce: AEADNonce
    ) -> Bool {
        unsafe begin(nonce, isSealing: 1) && finishSealing(text, byteCount: byteCount)
    }

    @inline(__always) borrowing func open(
        _ text: UnsafeMutableRawPointer, byteCount: Int, nonce: AEADNonce
    ) -> Bool {
        unsafe byteCount >= Self.tagByteCount && begin(nonce, isSealing: 0)
            && finishOpening(text, byteCount: byteCount)
    }

    /// Sets the nonce only; the key stays.
    @inline(__always) borrowing func begin(_ nonce: AEADNonce, isSealing: CInt) -> Bool {
        var nonce = nonce
        return unsafe withUnsafeBytes(of: &nonce) {
            unsafe EVP_CipherInit_ex(context, nil, nil, nil, $0.baseAddress, isSealing) == 1
        }
    }

    @inline(__always) borrowing func finishSealing(
        _ text: UnsafeMutableRawPointer, byteCount: Int
    ) -> Bool {
        guard let length = CInt(exactly: byteCount), length >= 0 else { return false }
        let tag = unsafe text + byteCount
        var written: CInt = 0
        return unsafe EVP_EncryptUpdate(context, text, &written, text, length) == 1
            && EVP_EncryptFinal_ex(context, tag, &written) == 1
            && EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_GET_TAG, 16, tag) == 1
    }

    @inline(__always) borrowing func finishOpening(
        _ text: UnsafeMutableRawPointer, byteCount: Int
    ) -> Bool {
        guard let length = CInt(exactly: byteCount - Self.tagByteCount), length >= 0 else {
            return false
        }
        let tag = unsafe text + Int(length)
        var written: CInt = 0
        return unsafe EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_TAG, 16, tag) == 1
            && EVP_DecryptUpdate(context, text, &written, text, length) == 1
            && EVP_DecryptFinal_ex(context, tag, &written) == 1
    }
}
