/// A 16-byte message authentication code: mac1, mac2 or a cookie (paper §5.4.4, §5.4.7).
package struct MessageMAC: BitwiseCopyable, Sendable {
    /// How many bytes it has.
    package static let byteCount = 16

    private let first: UInt64
    private let second: UInt64

    /// The code at `offset` of `span`, of which 16 bytes must lie inside.
    package init(_ span: RawSpan, at offset: Int = 0) {
        first = unsafe span.unsafeLoadUnaligned(fromByteOffset: offset, as: UInt64.self)
        second = unsafe span.unsafeLoadUnaligned(fromByteOffset: offset + 8, as: UInt64.self)
    }

    /// Whether both are the same, found out in constant time.
    package func equals(_ other: MessageMAC) -> Bool {
        (first ^ other.first) | (second ^ other.second) == 0
    }

    /// Lends the 16 bytes to `body`.
    package func withBytes<R: ~Copyable>(_ body: (RawSpan) -> R) -> R {
        var words = (first, second)
        return unsafe withUnsafeBytes(of: &words) { unsafe body($0.bytes) }
    }

    /// Writes the 16 bytes at `offset` of `message`, where they must lie inside.
    package func store(in message: inout [UInt8], at offset: Int) {
        withBytes { message.store($0, at: offset) }
    }
}
