import Packet

/// What one slot of a ``DatagramBatch`` received: a datagram, or several of one sender and one size
/// that the kernel joined. Valid until the batch is reused.
///
/// - Shape: `segmentByteCount` bytes for each datagram; the last one may be shorter.
// SAFETY: only a batch makes a datagram, within one of its buffers; segments lie within it.
@safe package struct Datagram: BitwiseCopyable {
    /// The first byte, preceded by ``DatagramBatch/headroomByteCount`` bytes of the same buffer.
    package let base: UnsafeMutableRawPointer
    /// How many bytes there are.
    package let byteCount: Int
    /// How many bytes each datagram has; `byteCount` when it is one.
    package let segmentByteCount: Int
    /// Who sent them.
    package let source: UnderlayAddress
    /// The byte of DSCP and ECN in their IP headers (RFC 2474, RFC 3168).
    package let tos: UInt8
    /// Whether the rest did not fit: a fault, to be dropped and counted.
    package let isTruncated: Bool

    /// How many datagrams there are: at least one, which may be empty.
    @inlinable package var segmentCount: Int {
        guard segmentByteCount > 0 else { return 1 }
        return (byteCount &+ segmentByteCount &- 1) / segmentByteCount
    }

    /// The datagram at `index`.
    @inlinable package func segment(at index: Int) -> UnsafeMutableRawBufferPointer {
        precondition(index >= 0 && index < segmentCount)
        let offset = index &* segmentByteCount
        let count = min(segmentByteCount, byteCount &- offset)
        return unsafe UnsafeMutableRawBufferPointer(start: base + offset, count: count)
    }
}
