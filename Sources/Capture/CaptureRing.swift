import Glibc
import Packet

/// A bounded ring of captured frames between one worker and one reader.
///
/// - Shape: see ``CaptureRingMemory``. The memory is mapped and touched when the ring is made, so
///   that the worker meets no page fault.
/// - Thread: one worker writes through ``memory``, one reader drains; neither ever waits. When
///   there is no room the frame is not captured, and counted as lost.
@safe struct CaptureRing: ~Copyable, @unchecked Sendable {
    // Sendable, safe: all shared state is in the control words, which are accessed atomically; that
    // there is one writer and one reader is the contract above.

    /// The handle of the worker; valid as long as the ring lives.
    let memory: CaptureRingMemory
    private let mapping: UnsafeMutableRawBufferPointer

    /// A ring whose data have `byteCount` bytes, rounded up to a power of two and at least a page.
    init(byteCount: Int) throws(CaptureError) {
        let capacity = Self.capacity(byteCount)
        let total = CaptureRingMemory.controlByteCount + capacity
        let base = unsafe mmap(
            nil, total, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0)
        guard let base = unsafe base, unsafe base != MAP_FAILED else {
            throw .memory(byteCount: total, errno: errno)
        }
        unsafe mapping = UnsafeMutableRawBufferPointer(start: base, count: total)
        memory = unsafe CaptureRingMemory(base: base, capacity: capacity)
    }

    deinit { unsafe munmap(mapping.baseAddress, mapping.count) }

    /// Hands at most `limit` frames, oldest first, to `body`; gives how many there were.
    borrowing func drain(limit: Int, _ body: (borrowing CapturedFrame) -> Void) -> Int {
        memory.drain(limit: limit, body)
    }

    /// What was counted so far.
    var counts: CaptureCounts {
        CaptureCounts(
            seen: memory.load(.seen), matched: memory.load(.matched), lost: memory.load(.lost))
    }

    /// The power of two for `byteCount`, within a page and 4 GiB.
    private static func capacity(_ byteCount: Int) -> Int {
        let bounded = min(max(byteCount, 4_096), 1 << 32)
        return 1 << (Int.bitWidth - (bounded - 1).leadingZeroBitCount)
    }
}
