/// The 96-bit nonce of ChaCha20-Poly1305 (RFC 8439 §2.8) as WireGuard forms it: 4 bytes, zero, and
/// a little-endian counter (paper §5.4.6).
package struct AEADNonce: BitwiseCopyable {
    /// The first 4 bytes, in the machine's order.
    package let prefix: UInt32
    private let counterLow: UInt32
    private let counterHigh: UInt32

    /// The nonce of packet `counter`. Only test vectors have a prefix other than zero.
    @inline(__always) package init(_ counter: UInt64, prefix: UInt32 = 0) {
        self.prefix = prefix
        counterLow = UInt32(truncatingIfNeeded: counter.littleEndian)
        counterHigh = UInt32(truncatingIfNeeded: counter.littleEndian >> 32)
    }
}
