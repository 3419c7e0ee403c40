import Glibc
import Packet

/// The memory of one batch of frames, mapped once.
///
/// - Shape: ``slotCount`` slots of ``strideByteCount`` bytes, each
///   `headroom | virtio-net header | Ethernet frame … | tailroom`.
/// - The stride is no multiple of a page, so that the headers of a batch, which are all read, lie
///   in different cache sets; it is a multiple of a cache line, so that every slot starts on one.
/// - Cost: 4.5 MB of address space; a page takes memory when a frame first reaches it.
/// - Thread: owned by one worker.
// SAFETY: every frame handed out lies within one slot: the index is checked, and the tested layout
// has room for the largest frame. The mapping lives as long as the arena; a frame that outlives its
// arena is the caller's breach of ``Frame``'s contract.
@safe public struct FrameArena: ~Copyable {
    /// How many frames there is room for.
    @inlinable public static var slotCount: Int { 64 }
    /// The distance between two slots: 64 KiB for the frame, a page and five cache lines around it.
    @inlinable public static var strideByteCount: Int { 65_536 + 4_096 + 320 }
    /// What one receive call may write from the virtio-net header on: one byte more than the
    /// largest frame, because the kernel truncates silently and only this byte shows it.
    package static var receiveByteCount: Int { VirtioNetHeader.byteCount + Frame.byteCountMax + 1 }
    /// The size of the mapping.
    private static var byteCount: Int { slotCount * strideByteCount }

    @usableFromInline let memory: UnsafeMutableRawPointer

    /// Maps the memory, or ends the process.
    public init() {
        let reserved = unsafe mmap(
            nil, Self.byteCount, PROT_READ | PROT_WRITE,
            MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0)
        guard let mapped = unsafe reserved, unsafe mapped != MAP_FAILED else {
            // A worker makes its arenas before its first frame: without 4.5 MB of address space
            // there is no switch.
            fatalError("no memory for frames: \(PortError.text(errno))")
        }
        unsafe memory = mapped
    }

    deinit { unsafe munmap(memory, Self.byteCount) }

    /// The slot at `index`, as scratch space for a frame of at most ``Frame/byteCountMax`` bytes.
    @inlinable public func frame(at index: Int) -> Frame {
        precondition(index >= 0 && index < Self.slotCount)
        let offset =
            index &* Self.strideByteCount &+ Frame.headroomByteCount &+ VirtioNetHeader.byteCount
        return unsafe Frame(base: memory + offset, byteCount: Frame.byteCountMax)
    }
}
