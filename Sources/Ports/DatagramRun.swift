import Packet

/// Datagrams of one size for one destination, one after the other in memory.
///
/// - Shape: `segmentByteCount` bytes each; the last one may be shorter. The memory is the caller's
///   and is read during the call alone.
// SAFETY: only the unsafe initialiser makes a run, and its caller vouches for the bounds.
@safe package struct DatagramRun: BitwiseCopyable {
    /// The first byte of the first datagram.
    package var base: UnsafeRawPointer
    /// How many bytes all datagrams have.
    package var byteCount: Int
    /// How many bytes each datagram has, but perhaps the last.
    package var segmentByteCount: Int
    /// Where they go.
    package var destination: UnderlayAddress
    /// The byte of DSCP and ECN in each datagram's IP header (RFC 2474, RFC 3168).
    package var tos: UInt8 = 0

    /// A run at `base`, which must be followed by `byteCount` readable bytes.
    @unsafe package init(
        base: UnsafeRawPointer, byteCount: Int, segmentByteCount: Int,
        to destination: UnderlayAddress
    ) {
        unsafe self.base = base
        self.byteCount = byteCount
        self.segmentByteCount = segmentByteCount
        self.destination = destination
    }
}

extension DatagramRun {
    /// How many datagrams there are: at least one, which may be empty.
    var segmentCount: Int {
        guard segmentByteCount > 0 else { return 1 }
        return max(1, (byteCount &+ segmentByteCount &- 1) / segmentByteCount)
    }

    /// The first `count` datagrams, or all there are.
    func prefix(_ count: Int) -> DatagramRun {
        var piece = self
        piece.byteCount = min(byteCount, count &* segmentByteCount)
        return piece
    }

    /// What follows the first `count` datagrams.
    func dropFirst(_ count: Int) -> DatagramRun {
        var rest = self
        let droppedByteCount = min(byteCount, count &* segmentByteCount)
        unsafe rest.base += droppedByteCount
        rest.byteCount &-= droppedByteCount
        return rest
    }
}
