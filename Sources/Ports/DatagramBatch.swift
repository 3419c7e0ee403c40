import CLinux
import Glibc
import Packet

/// The memory of one receive call from the underlay, mapped once, and what the last call brought.
///
/// - Shape: ``capacity`` buffers, each `headroom | datagrams … | tailroom`; the stride is no
///   multiple of a page, so that the first bytes of all buffers lie in different cache sets.
/// - Cost: half a megabyte of address space; a page takes memory when a byte first reaches it.
/// - Thread: owned by one worker.
// SAFETY: `messages` describes buffers that lie within the mapping, by the strides below; results
// are read up to `count`, which the kernel filled. All three live as long as the batch.
@safe package struct DatagramBatch: ~Copyable {
    /// How many buffers there are.
    @inlinable package static var capacity: Int { 8 }
    /// Free bytes before each buffer: what is opened in place may grow to the front.
    @inlinable package static var headroomByteCount: Int { 256 }
    /// Free bytes behind each buffer.
    @inlinable package static var tailroomByteCount: Int { 4_096 + 64 }

    /// How many buffers were filled.
    package private(set) var count = 0
    private let mappedByteCount: Int
    private let memory: UnsafeMutableRawPointer
    private let stride: Int
    private let messages: OpaquePointer
    private let results: UnsafeMutablePointer<vsw_udp_result>

    /// Maps buffers of `bufferByteCount` bytes, or ends the process. The default holds whatever the
    /// kernel joins.
    package init(bufferByteCount: Int = 65_536) {
        stride =
            (Self.headroomByteCount + bufferByteCount + Self.tailroomByteCount + 63) / 64 * 64
        mappedByteCount = stride * Self.capacity
        let reserved = unsafe mmap(
            nil, mappedByteCount, PROT_READ | PROT_WRITE,
            MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0)
        guard let mapped = unsafe reserved, unsafe mapped != MAP_FAILED else {
            // A worker makes its batch before its first datagram: without half a megabyte of
            // address space there is no overlay.
            fatalError("no memory for datagrams: \(PortError.text(errno))")
        }
        let first = unsafe mapped + Self.headroomByteCount
        guard let messages = unsafe vsw_udp_batch_create(first, stride, bufferByteCount) else {
            // As above.
            fatalError("no memory for datagrams: \(PortError.text(errno))")
        }
        unsafe self.memory = mapped
        unsafe self.messages = messages
        unsafe results = .allocate(capacity: Self.capacity)
    }

    deinit {
        unsafe vsw_udp_batch_destroy(messages)
        unsafe results.deallocate()
        unsafe munmap(memory, mappedByteCount)
    }

    /// What the buffer at `index` received.
    package func datagram(at index: Int) -> Datagram {
        precondition(index >= 0 && index < count)
        let result = unsafe results[index]
        return unsafe Datagram(
            base: memory + Self.headroomByteCount + index &* stride,
            byteCount: Int(result.byte_count), segmentByteCount: Int(result.segment_byte_count),
            source: UnderlayAddress(result.source), tos: result.tos,
            isTruncated: result.is_truncated != 0)
    }

    /// Replaces what is held by what waits at `descriptor`, in one call.
    mutating func fill(from descriptor: CInt) {
        count = max(0, Int(unsafe vsw_udp_receive(descriptor, messages, results)))
    }
}
