/// An X25519 public key (RFC 7748): 32 bytes that name a host of the overlay.
package struct PublicKey: Hashable, Sendable, BitwiseCopyable {
    /// How many bytes a key has.
    package static let byteCount = 32

    private let words: InlineWords

    /// The key in the first 32 bytes of `span`; nil if there are fewer.
    package init?(_ span: RawSpan) {
        guard span.byteCount >= Self.byteCount else { return nil }
        words = InlineWords(span)
    }

    /// The key of these bytes; nil unless there are 32.
    package init?(bytes: [UInt8]) {
        guard bytes.count == Self.byteCount else { return nil }
        words = InlineWords(bytes.octets)
    }

    /// Reads the 44 characters that `wg pubkey` writes.
    package init?(base64: String) {
        var key = LockedMemory(byteCount: Self.byteCount)
        guard KeyText.decode(base64, into: &key) else { return nil }
        words = InlineWords(key.bytes)
    }

    /// The 32 bytes.
    package var bytes: [UInt8] { withBytes { bytes in unsafe bytes.withUnsafeBytes(Array.init) } }

    /// The 44 characters that ``init(base64:)`` reads.
    package var base64: String { withBytes(KeyText.encode) }

    /// Lends the 32 bytes to `body`.
    package func withBytes<R: ~Copyable>(_ body: (RawSpan) -> R) -> R {
        var words = words
        return unsafe withUnsafeBytes(of: &words) { unsafe body($0.bytes) }
    }
}

extension PublicKey: CustomStringConvertible {
    /// The base64 form.
    package var description: String { base64 }
}

/// 32 bytes as words, in the machine's order: only ever compared, hashed and copied.
private struct InlineWords: Hashable, BitwiseCopyable {
    let first: UInt64
    let second: UInt64
    let third: UInt64
    let fourth: UInt64

    /// The first 32 bytes of `span`, which must lie inside.
    init(_ span: RawSpan) {
        first = unsafe span.unsafeLoadUnaligned(as: UInt64.self)
        second = unsafe span.unsafeLoadUnaligned(fromByteOffset: 8, as: UInt64.self)
        third = unsafe span.unsafeLoadUnaligned(fromByteOffset: 16, as: UInt64.self)
        fourth = unsafe span.unsafeLoadUnaligned(fromByteOffset: 24, as: UInt64.self)
    }
}
