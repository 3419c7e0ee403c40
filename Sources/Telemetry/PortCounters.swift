import Synchronization

/// The counters of one port, in memory of their own: one worker writes, anyone reads, no lock.
///
/// - Shape: 64 words of 64 bits, aligned to a cache line so that no two ports share one; the first
///   16 words are ``PortCounterCells/Cell``, the other 48 the drops by ``DropReason``.
/// - Unit: frames and bytes of Ethernet frames (without virtio-net header and checksum sequence)
///   since the block was made; they wrap at 2^64.
/// - Thread: ``cells`` goes to one worker, the only writer; ``snapshot()`` may be called from
///   anywhere as long as the block lives. The block must outlive its cells.
public struct PortCounters: ~Copyable, @unchecked Sendable {
    // Sendable: the only state is the address of words that are accessed atomically.

    /// The worker's side of the block.
    public let cells: PortCounterCells

    /// A block with all counters zero.
    public init() {
        let words = UnsafeMutableRawPointer.allocate(
            byteCount: PortCounterCells.count * MemoryLayout<UInt64>.stride, alignment: 64)
        // SAFETY: an Atomic<UInt64> is laid out as its UInt64 (SE-0410).
        unsafe words.initializeMemory(
            as: UInt64.self, repeating: 0, count: PortCounterCells.count)
        unsafe cells = PortCounterCells(
            words: words.assumingMemoryBound(to: Atomic<UInt64>.self))
    }

    deinit { unsafe cells.words.deallocate() }

    /// The counts of this moment, each read once.
    ///
    /// While the worker runs, a frame may be seen as received and not yet as sent or dropped, so
    /// the sum need not be balanced; after the worker has stopped it is.
    public borrowing func snapshot() -> PortCounts {
        var counts = PortCounts()
        counts.receivedFrames = cells.load(.receivedFrames)
        counts.receivedBytes = cells.load(.receivedBytes)
        counts.transmittedFrames = cells.load(.transmittedFrames)
        counts.transmittedBytes = cells.load(.transmittedBytes)
        counts.replicatedFrames = cells.load(.replicatedFrames)
        counts.transmittedCopies = cells.load(.transmittedCopies)
        counts.transmittedCopyBytes = cells.load(.transmittedCopyBytes)
        counts.transmittedReplies = cells.load(.transmittedReplies)
        counts.lostSegments = cells.load(.lostSegments)
        counts.answeredFrames = cells.load(.answeredFrames)
        for reason in DropReason.allCases { counts.dropped[reason] = cells.loadDropped(reason) }
        return counts
    }
}
