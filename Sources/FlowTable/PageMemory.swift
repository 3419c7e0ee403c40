import Glibc

/// The memory of a table could not be had.
public struct TableMemoryError: Error, Equatable {
    /// The table that asked, in words: `flow cache`.
    public let table: String
    /// How many bytes of address space it asked for.
    public let byteCount: Int
    /// The reason that `mmap` gave.
    public let errno: CInt
}

extension TableMemoryError: CustomStringConvertible {
    /// One sentence: what, why, and what to do.
    public var description: String {
        let reason = unsafe String(cString: strerror(errno))
        return "cannot reserve \(byteCount) bytes for the \(table) (\(reason)): "
            + "raise the memory limit of the process, or configure a smaller table"
    }
}

/// Anonymous memory, page-aligned and zero, of which the kernel provides a page when it is first
/// touched: a large, mostly empty table costs only what it holds.
///
/// - Cost: one `mmap`, one `munmap`; a page fault for each page touched first.
/// - Thread: the memory itself is unguarded; who owns the table says who may touch it.
@safe @usableFromInline package struct PageMemory: ~Copyable {
    @usableFromInline package let base: UnsafeMutableRawPointer
    @usableFromInline let byteCount: Int

    /// Reserves `byteCount` bytes, more than zero, for `table`.
    @usableFromInline package init(byteCount: Int, for table: String) throws(TableMemoryError) {
        precondition(byteCount > 0, "a table holds at least one entry")
        // NORESERVE: untouched pages count against no limit.
        let flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE
        let address = unsafe mmap(nil, byteCount, PROT_READ | PROT_WRITE, flags, -1, 0)
        guard let address = unsafe address, unsafe address != MAP_FAILED else {
            throw TableMemoryError(table: table, byteCount: byteCount, errno: errno)
        }
        unsafe base = address
        self.byteCount = byteCount
    }

    /// Makes all bytes zero again and gives the pages back to the kernel.
    @usableFromInline package func clear() {
        // Anonymous private pages read as zero after this; it cannot fail for a whole mapping.
        _ = unsafe madvise(base, byteCount, MADV_DONTNEED)
    }

    deinit { _ = unsafe munmap(base, byteCount) }
}

/// The least power of two that is not below `count`, and at least 1.
@inlinable package func powerOfTwo(atLeast count: Int) -> Int {
    precondition(count <= 1 << 30, "a table holds at most 2^30 entries")
    return count <= 1 ? 1 : 1 << (Int.bitWidth - (count - 1).leadingZeroBitCount)
}
