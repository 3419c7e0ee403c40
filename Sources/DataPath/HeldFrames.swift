import Overlay
import Packet
import Ports

/// Frames that wait for a session with their receiver's host, oldest first.
///
/// - Shape: two arenas of 64 slots, shared by all peers; a page takes memory when a frame first
///   reaches it.
/// - Thread: owned by one worker.
@safe struct HeldFrames: ~Copyable {
    /// How many frames there is room for.
    static let capacity = 2 * FrameArena.slotCount
    /// How many may wait for one peer while others wait, too.
    static let shareMax = capacity / 2

    /// One frame and where it came from.
    struct Entry: BitwiseCopyable {
        let frame: Frame
        let slot: Int
        let source: PortNumber
        let peer: PeerNumber
    }

    /// How many frames wait.
    private(set) var count = 0
    private let entries: UnsafeMutablePointer<Entry>
    private let first = FrameArena()
    private let second = FrameArena()
    /// The free slots of either arena, a bit each.
    private var free = InlineArray<2, UInt64>(repeating: .max)

    /// Nothing waits.
    init() { unsafe entries = .allocate(capacity: Self.capacity) }

    deinit { unsafe entries.deallocate() }

    /// Keeps a copy of `frame`, with its virtio-net header; false when there is no room.
    mutating func hold(_ frame: Frame, from source: PortNumber, for peer: PeerNumber) -> Bool {
        guard count < Self.capacity, let slot = takeSlot() else { return false }
        var copy =
            slot < FrameArena.slotCount
            ? first.frame(at: slot) : second.frame(at: slot - FrameArena.slotCount)
        copy.byteCount = min(frame.byteCount, copy.byteCount)
        copy.virtio = frame.virtio
        unsafe copy.base.copyMemory(from: frame.base, byteCount: copy.byteCount)
        unsafe (entries + count).initialize(
            to: Entry(frame: copy, slot: slot, source: source, peer: peer))
        count += 1
        return true
    }

    /// Takes out the oldest frame for `peer`; its memory is valid until the next
    /// ``hold(_:from:for:)`` but one, which may be of this very frame.
    mutating func take(for peer: PeerNumber) -> Entry? {
        for index in 0..<count {
            let entry = unsafe entries[index]
            guard entry.peer == peer else { continue }
            for later in index..<(count - 1) { unsafe entries[later] = entries[later + 1] }
            count -= 1
            free[entry.slot >> 6] |= 1 << UInt64(entry.slot & 63)
            return entry
        }
        return nil
    }

    private mutating func takeSlot() -> Int? {
        for half in 0..<2 where free[half] != 0 {
            let bit = free[half].trailingZeroBitCount
            free[half] &= free[half] &- 1
            return half * 64 + bit
        }
        return nil
    }
}
