import CCrypto
import Packet

/// XChaCha20-Poly1305 (draft-irtf-cfrg-xchacha-03 §2.3): under a key and a nonce of 24 bytes, which
/// is long enough to be random. For one text.
///
/// Only cookie replies use it (paper §5.4.7).
package struct XChaCha20Poly1305: ~Copyable {
    /// How many bytes a nonce has.
    package static let nonceByteCount = 24

    private let aead: AEAD
    private let nonce: AEADNonce

    /// Nil unless the key has 32 bytes and the nonce 24.
    package init?(key: RawSpan, nonce: RawSpan) {
        guard key.byteCount == AEAD.keyByteCount, nonce.byteCount == Self.nonceByteCount else {
            return nil
        }
        guard let aead = AEAD(key: HChaCha20.subkey(key, nonce.slice(0, 16)).bytes) else {
            return nil
        }
        self.aead = aead
        let tail = unsafe nonce.unsafeLoadUnaligned(fromByteOffset: 16, as: UInt64.self)
        self.nonce = AEADNonce(UInt64(littleEndian: tail))
    }

    /// Seals `byteCount` bytes in place; the tag, written directly after, also vouches for `data`.
    package borrowing func seal(
        _ text: UnsafeMutableRawPointer, byteCount: Int, vouchingFor data: RawSpan
    ) -> Bool {
        unsafe aead.seal(text, byteCount: byteCount, nonce: nonce, vouchingFor: data)
    }

    /// What `sealed`, of which the last 16 bytes are the tag, stands for: as many bytes, of which
    /// the last 16 mean nothing; nil if it is not authentic.
    package borrowing func open(_ sealed: RawSpan, vouchingFor data: RawSpan) -> LockedMemory? {
        guard sealed.byteCount >= AEAD.tagByteCount else { return nil }
        let text = LockedMemory(copying: sealed)
        let isAuthentic = unsafe aead.open(
            text.base, byteCount: text.byteCount, nonce: nonce, vouchingFor: data)
        return isAuthentic ? consume text : nil
    }
}

/// HChaCha20 (draft-irtf-cfrg-xchacha-03 §2.2): ChaCha20's rounds without the addition at the end.
package enum HChaCha20 {
    /// The subkey of a 32-byte key and a 16-byte nonce.
    ///
    /// libcrypto has ChaCha20 only: a block of its key stream is the state after the rounds plus
    /// the state before them. The subkey is made of words whose state before is public, the
    /// constants and the nonce, so taking these away again gives it.
    package static func subkey(_ key: RawSpan, _ nonce: RawSpan) -> LockedMemory {
        let block = LockedMemory(byteCount: 64)
        unsafe keyStream(key, nonce, into: block.base)
        var subkey = LockedMemory(byteCount: 32)
        for word in 0..<4 {
            let first = block.bytes.littleEndian(at: word * 4) &- constants[word]
            let last = block.bytes.littleEndian(at: 48 + word * 4)
            subkey.storeLittleEndian(first, at: word * 4)
            subkey.storeLittleEndian(
                last &- nonce.littleEndian(at: word * 4), at: 16 + word * 4)
        }
        return subkey
    }

    /// "expand 32-byte k" as little-endian words (RFC 8439 §2.3).
    private static let constants: [UInt32] = [0x6170_7865, 0x3320_646e, 0x7962_2d32, 0x6b20_6574]

    /// The first 64 bytes of ChaCha20's key stream; its counter and nonce are the 16 bytes.
    private static func keyStream(
        _ key: RawSpan, _ nonce: RawSpan, into block: UnsafeMutableRawPointer
    ) {
        let context = unsafe Algorithms.available(EVP_CIPHER_CTX_new())
        defer { unsafe EVP_CIPHER_CTX_free(context) }
        let isReady = unsafe key.withUnsafeBytes { key in
            unsafe nonce.withUnsafeBytes { nonce in
                unsafe EVP_EncryptInit_ex2(
                    context, Algorithms.chacha20, key.baseAddress, nonce.baseAddress, nil)
            }
        }
        Algorithms.must(isReady)
        var written: CInt = 0
        Algorithms.must(unsafe EVP_EncryptUpdate(context, block, &written, block, 64))
    }
}
