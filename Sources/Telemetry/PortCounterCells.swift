import Synchronization

/// The worker's handle of a ``PortCounters`` block: adds to its counters, without lock or
/// allocation.
///
/// - Cost: one relaxed load and one relaxed store for each counter (0.35 ns); no fetch-and-add,
///   because there is one writer.
/// - Thread: used by one worker at a time. Valid as long as the block lives.
@safe @frozen public struct PortCounterCells: BitwiseCopyable, @unchecked Sendable {
    // Sendable, safe: only the address of words that are accessed atomically, at indices below
    // ``count``; a second writer would lose counts, never corrupt memory.

    /// The words of a block that count something other than drops.
    @usableFromInline enum Cell: Int {
        case receivedFrames, receivedBytes, transmittedFrames, transmittedBytes, replicatedFrames
        case transmittedCopies, transmittedCopyBytes, transmittedReplies, lostSegments
        case answeredFrames
    }

    /// Words of a block.
    @usableFromInline static let count = 16 + DropCounts.count
    /// The word of the first ``DropReason``.
    @usableFromInline static var firstDrop: Int { @inlinable get { 16 } }

    /// The block, ``count`` words.
    @usableFromInline let words: UnsafeMutablePointer<Atomic<UInt64>>

    /// The cells at `words`.
    init(words: UnsafeMutablePointer<Atomic<UInt64>>) { unsafe self.words = words }

    /// A frame of `byteCount` bytes came from the port.
    @inlinable public func countReceived(byteCount: Int) {
        add(1, .receivedFrames)
        add(byteCount, .receivedBytes)
    }

    /// A unicast frame of `byteCount` bytes was sent to the port.
    @inlinable public func countTransmitted(byteCount: Int) {
        add(1, .transmittedFrames)
        add(byteCount, .transmittedBytes)
    }

    /// A frame from the port was broadcast or multicast and got at least one receiver.
    @inlinable public func countReplicated() { add(1, .replicatedFrames) }

    /// One copy of `byteCount` bytes of a replicated frame was sent to the port.
    @inlinable public func countCopy(byteCount: Int) {
        add(1, .transmittedCopies)
        add(byteCount, .transmittedCopyBytes)
    }

    /// A frame from the port was a question, and the switch itself answered it.
    @inlinable public func countAnswered() { add(1, .answeredFrames) }

    /// The switch itself sent something to the port: the answer to a question, or word of a
    /// rejected connection or of a packet too big.
    @inlinable public func countReply() { add(1, .transmittedReplies) }

    /// `count` segments of a super-frame that was otherwise sent found no room at the port.
    @inlinable public func countLostSegments(_ count: Int) { add(count, .lostSegments) }

    /// A frame from the port was dropped.
    @inlinable public func countDrop(_ reason: DropReason) {
        add(1, at: Self.firstDrop &+ Int(reason.rawValue))
    }

    /// The count of dropped frames for `reason`.
    func loadDropped(_ reason: DropReason) -> UInt64 {
        unsafe words[Self.firstDrop + Int(reason.rawValue)].load(ordering: .relaxed)
    }

    /// The count in `cell`.
    func load(_ cell: Cell) -> UInt64 { unsafe words[cell.rawValue].load(ordering: .relaxed) }

    @inlinable func add(_ amount: Int, _ cell: Cell) { add(amount, at: cell.rawValue) }

    /// SAFETY: `index` comes from a `Cell` or a `DropReason`, both below ``count`` (tested).
    @inlinable func add(_ amount: Int, at index: Int) {
        let sum =
            unsafe words[index].load(ordering: .relaxed) &+ UInt64(truncatingIfNeeded: amount)
        unsafe words[index].store(sum, ordering: .relaxed)
    }
}
