/// An array of plain values, each behind a lock of its own in the same cache line.
///
/// - Shape: the lock in the first 8 bytes, the element after it, padded to whole 64-byte lines, so
///   that two neighbours never contend for a line. All zero at first; touched lazily.
/// - Thread: any; an element may be touched only between ``lock(_:)`` and ``unlock(_:)``.
@safe package struct LockedArray<Element: BitwiseCopyable>: ~Copyable {
    package let count: Int
    private let memory: PageMemory

    /// `count` elements whose bytes are zero; zero must be a valid element.
    package init(count: Int, for table: String) throws(TableMemoryError) {
        self.count = count
        memory = try PageMemory(byteCount: count * Self.stride, for: table)
    }

    /// Waits for the lock of an element, and lends the element out until it is unlocked.
    package func lock(_ index: Int) -> UnsafeMutablePointer<Element> {
        unsafe spinLock(index).pointee.acquire()
        return unsafe element(index)
    }

    /// The same if the lock is free; nil otherwise.
    package func tryLock(_ index: Int) -> UnsafeMutablePointer<Element>? {
        unsafe spinLock(index).pointee.tryAcquire() ? element(index) : nil
    }

    package func unlock(_ index: Int) {
        unsafe spinLock(index).pointee.release()
    }

    private static var stride: Int { (8 + MemoryLayout<Element>.size + 63) & ~63 }

    private func spinLock(_ index: Int) -> UnsafeMutablePointer<SpinLock> {
        assert(index >= 0 && index < count, "an element exists")
        // Zeroed memory is a free lock, and the word is never accessed but atomically.
        return unsafe (memory.base + index &* Self.stride).assumingMemoryBound(to: SpinLock.self)
    }

    private func element(_ index: Int) -> UnsafeMutablePointer<Element> {
        unsafe (memory.base + index &* Self.stride + 8).assumingMemoryBound(to: Element.self)
    }
}

// Elements are plain values, reached only under their locks; the rest is immutable.
extension LockedArray: @unchecked Sendable {}
