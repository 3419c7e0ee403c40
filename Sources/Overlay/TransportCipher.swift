import CCrypto
import CMultiBuffer

/// ChaCha20-Poly1305 (RFC 8439) for one direction of a session, by the faster of two libraries:
/// intel-ipsec-mb where this machine has it, else libcrypto.
///
/// Both do the same, and before the first session it is tried whether they do. Handshakes, which
/// are few, and whose texts vouch for other data, always take libcrypto (``AEAD``).
///
/// - Nonce: 4 zero bytes and the counter, little-endian (paper §5.4.6). The caller never seals two
///   texts with one counter.
/// - Cost: a packet sets the nonce only. No allocation for each packet; intel-ipsec-mb makes a
///   state for each thread that seals or opens, at its first packet.
/// - Thread: one at a time, because of libcrypto's context.
/// - Secrets: intel-ipsec-mb is given the key where it lies, in locked memory. What it derives for
///   one packet (its Poly1305 key, some of its key stream) may stay on the thread's stack until it
///   is written over.
// SAFETY: every length is checked before a pointer is used.
@safe @usableFromInline package struct TransportCipher: ~Copyable {
    /// Whose code seals.
    package enum Library: CaseIterable, Sendable {
        /// intel-ipsec-mb, with AVX2 or AVX-512.
        case multiBuffer
        /// OpenSSL's libcrypto.
        case libcrypto
    }

    private enum Backend: ~Copyable {
        case multiBuffer(LockedMemory)
        case libcrypto(AEAD)
    }

    private let backend: Backend

    /// The cipher under `key`, by the faster library; nil unless it has 32 bytes.
    package init?(key: consuming LockedMemory) {
        self.init(key: key, by: Self.hasMultiBuffer ? .multiBuffer : .libcrypto)
    }

    /// The cipher by `library`; nil also when that is not there.
    package init?(key: consuming LockedMemory, by library: Library) {
        guard key.byteCount == AEAD.keyByteCount else { return nil }
        switch library {
        case .multiBuffer:
            guard Self.hasMultiBuffer else { return nil }
            self.init(.multiBuffer(key))
        case .libcrypto:
            guard let aead = AEAD(key: key.bytes) else { return nil }
            self.init(.libcrypto(aead))
        }
    }

    private init(_ backend: consuming Backend) { self.backend = backend }

    /// Seals `byteCount` bytes in place; the 16-byte tag is written directly after them.
    ///
    /// False only for lengths that no packet has, or if the library fails: then nothing may be
    /// sent.
    @usableFromInline package borrowing func seal(
        _ plaintext: UnsafeMutableRawPointer, byteCount: Int, counter: UInt64
    ) -> Bool {
        switch backend {
        case .libcrypto(let aead):
            return unsafe aead.seal(plaintext, byteCount: byteCount, counter: counter)
        case .multiBuffer(let key):
            guard let length = Self.length(byteCount) else { return false }
            var nonce = AEADNonce(counter)
            return unsafe withUnsafeBytes(of: &nonce) {
                unsafe vsw_mb_seal(
                    key.base, $0.baseAddress, plaintext, length, plaintext + byteCount) == 0
            }
        }
    }

    /// Opens `byteCount` bytes, the tag included, in place.
    ///
    /// False if they are not authentic; the content is then undefined.
    @usableFromInline package borrowing func open(
        _ ciphertext: UnsafeMutableRawPointer, byteCount: Int, counter: UInt64
    ) -> Bool {
        switch backend {
        case .libcrypto(let aead):
            return unsafe aead.open(ciphertext, byteCount: byteCount, counter: counter)
        case .multiBuffer(let key):
            guard byteCount >= AEAD.tagByteCount,
                let length = Self.length(byteCount - AEAD.tagByteCount)
            else { return false }
            var nonce = AEADNonce(counter)
            var tag = SIMD16<UInt8>()
            let isDone = unsafe withUnsafeBytes(of: &nonce) { nonce in
                unsafe withUnsafeMutableBytes(of: &tag) {
                    unsafe vsw_mb_open(
                        key.base, nonce.baseAddress, ciphertext, length, $0.baseAddress) == 0
                }
            }
            let found = unsafe ciphertext + Int(length)
            return unsafe isDone && CRYPTO_memcmp(&tag, found, AEAD.tagByteCount) == 0
        }
    }

    /// As libcrypto counts; nil when that is impossible.
    @inline(__always) private static func length(_ byteCount: Int) -> UInt64? {
        CInt(exactly: byteCount).flatMap { UInt64(exactly: $0) }
    }
}

extension TransportCipher {
    /// Why intel-ipsec-mb is not there; nil when it is, and does what libcrypto does.
    private static let absence: String? = {
        if let fault = unsafe vsw_mb_load() { return unsafe String(cString: fault) }
        return isTrusted ? nil : "\(name) does not seal as libcrypto does"
    }()

    private static var name: String { unsafe String(cString: vsw_mb_name()) }

    /// Whether ``Library/multiBuffer`` may be asked for.
    package static var hasMultiBuffer: Bool { absence == nil }

    /// What seals here, for the log: `intel-ipsec-mb 1.3.0`, or `libcrypto` and why.
    package static var summary: String { absence.map { "libcrypto, for \($0)" } ?? name }

    /// Whether intel-ipsec-mb seals and opens as libcrypto does, tried with texts of many sizes.
    private static var isTrusted: Bool {
        let key = LockedMemory(random: SystemRandom())
        guard let aead = AEAD(key: key.bytes) else { return false }
        let libcrypto = TransportCipher(.libcrypto(aead))
        let multiBuffer = TransportCipher(.multiBuffer(LockedMemory(copying: key.bytes)))
        for byteCount in Array(0..<130) + [255, 256, 257, 511, 513, 960, 1_024, 1_440, 8_944] {
            let text = (0..<byteCount).map { UInt8(truncatingIfNeeded: $0 &* 37 &+ byteCount) }
            let counter = UInt64(byteCount) << 37 | UInt64(byteCount)
            guard let sealed = libcrypto.sealed(text, counter),
                multiBuffer.sealed(text, counter) == sealed,
                multiBuffer.opened(sealed, counter) == text
            else { return false }
        }
        return true
    }

    private borrowing func sealed(_ text: [UInt8], _ counter: UInt64) -> [UInt8]? {
        var bytes = text + [UInt8](repeating: 0, count: AEAD.tagByteCount)
        let isSealed = unsafe bytes.withUnsafeMutableBytes { bytes in
            guard let base = bytes.baseAddress else { return false }
            return unsafe seal(base, byteCount: text.count, counter: counter)
        }
        return isSealed ? bytes : nil
    }

    private borrowing func opened(_ sealed: [UInt8], _ counter: UInt64) -> [UInt8]? {
        var bytes = sealed
        let isOpened = unsafe bytes.withUnsafeMutableBytes { bytes in
            guard let base = bytes.baseAddress else { return false }
            return unsafe open(base, byteCount: sealed.count, counter: counter)
        }
        return isOpened ? Array(bytes.dropLast(AEAD.tagByteCount)) : nil
    }
}
