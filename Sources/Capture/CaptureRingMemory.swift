import Packet
import Synchronization

/// The memory of a ``CaptureRing``, as both sides see it: a handle that owns nothing.
///
/// - Shape: one page of control words, each line of them written by one side; then the data, a
///   power of two of bytes.
/// - Record: a 64-bit word with the record's size, a ``CaptureRecord``, the frame, and zero to
///   seven bytes up to a multiple of 8. A record never wraps: a size of zero says that the next
///   record stands at the beginning of the data.
/// - Head and tail count bytes since the start; they differ by the bytes in use and never wrap
///   (2^64 bytes take 580 years at 1 GB/s).
@safe struct CaptureRingMemory: BitwiseCopyable {
    // Safe: only `CaptureRing` makes one, over memory of this shape, and every offset is masked or
    // was written by the worker and published with a release.

    /// A word of the control page. The worker writes the head and the counts, the reader the tail.
    enum Word: Int {
        case head = 0
        case seen, matched, lost
        case tail = 16
    }

    /// Bytes before the data: a page, so that the data begin on a page of their own.
    static let controlByteCount = 4_096
    /// Bytes of a record before the bytes of its frame.
    static let prefixByteCount = MemoryLayout<UInt64>.size + MemoryLayout<CaptureRecord>.stride

    private let words: UnsafeMutablePointer<Atomic<UInt64>>
    private let data: UnsafeMutableRawPointer
    /// Bytes of data, a power of two.
    let capacity: Int

    /// The ring at `base`: ``controlByteCount`` + `capacity` bytes that were zero when it was made.
    @unsafe init(base: UnsafeMutableRawPointer, capacity: Int) {
        // SAFETY: an Atomic<UInt64> is laid out as its UInt64 (SE-0410), and zero bytes are zero.
        unsafe words = base.assumingMemoryBound(to: Atomic<UInt64>.self)
        unsafe data = base + Self.controlByteCount
        self.capacity = capacity
    }

    /// The value of `word`, as its own side or a statistic needs it.
    func load(_ word: Word) -> UInt64 { unsafe words[word.rawValue].load(ordering: .relaxed) }

    /// The value of `word`, and all that its writer wrote before it.
    func loadAcquiring(_ word: Word) -> UInt64 {
        unsafe words[word.rawValue].load(ordering: .acquiring)
    }

    /// Sets `word`, after all that was written before it.
    func storeReleasing(_ value: UInt64, _ word: Word) {
        unsafe words[word.rawValue].store(value, ordering: .releasing)
    }

    /// Adds one to `word`; only its one writer may.
    func count(_ word: Word) {
        unsafe words[word.rawValue].store(load(word) &+ 1, ordering: .relaxed)
    }
}

extension CaptureRingMemory {
    /// The worker's side: copies `frame` behind `record`, or counts it as lost when there is no
    /// room.
    func write(_ record: CaptureRecord, _ frame: Frame) {
        guard frame.byteCount >= 0, frame.byteCount <= Frame.byteCountMax else {
            return count(.lost)
        }
        let head = load(.head)
        let offset = Int(truncatingIfNeeded: head) & (capacity &- 1)
        let byteCount = (Self.prefixByteCount &+ frame.byteCount &+ 7) & ~7
        let toEnd = capacity &- offset
        let skipped = byteCount <= toEnd ? 0 : toEnd
        let used = Int(truncatingIfNeeded: head &- loadAcquiring(.tail))
        guard skipped &+ byteCount <= capacity &- used else { return count(.lost) }
        if skipped > 0 { unsafe data.storeBytes(of: 0, toByteOffset: offset, as: UInt64.self) }
        let start = unsafe data + (skipped > 0 ? 0 : offset)
        unsafe start.storeBytes(of: UInt64(byteCount), as: UInt64.self)
        unsafe start.storeBytes(
            of: record, toByteOffset: MemoryLayout<UInt64>.size, as: CaptureRecord.self)
        unsafe (start + Self.prefixByteCount).copyMemory(
            from: frame.base, byteCount: frame.byteCount)
        storeReleasing(head &+ UInt64(skipped &+ byteCount), .head)
    }

    /// The reader's side: hands at most `limit` records to `body`, and frees each after it.
    func drain(limit: Int, _ body: (borrowing CapturedFrame) -> Void) -> Int {
        var tail = load(.tail)
        let head = loadAcquiring(.head)
        var count = 0
        while tail != head, count < limit {
            let offset = Int(truncatingIfNeeded: tail) & (capacity &- 1)
            let byteCount = unsafe data.load(fromByteOffset: offset, as: UInt64.self)
            if byteCount == 0 {
                tail &+= UInt64(capacity &- offset)
                continue
            }
            unsafe handOut(data + offset, body)
            count += 1
            tail &+= byteCount
            storeReleasing(tail, .tail)
        }
        return count
    }

    /// Calls `body` with the record at `start`.
    private func handOut(
        _ start: UnsafeMutableRawPointer, _ body: (borrowing CapturedFrame) -> Void
    ) {
        let record = unsafe start.load(
            fromByteOffset: MemoryLayout<UInt64>.size, as: CaptureRecord.self)
        let bytes = unsafe UnsafeRawBufferPointer(
            start: start + Self.prefixByteCount, count: record.byteCount)
        body(unsafe CapturedFrame(record, bytes.bytes))
    }
}
