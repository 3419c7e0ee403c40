import Packet
import Telemetry

/// What one receive call brought: frames in the slots of an arena, each sound or with its fault.
///
/// - Shape: two arrays of ``capacity``, allocated once.
/// - Valid until the next receive call into the same arena or batch.
/// - Thread: owned by one worker.
// SAFETY: both arrays have `capacity` entries, `append` stops there, and reads are checked against
// `count`, up to which every entry was written.
@safe public struct FrameBatch: ~Copyable {
    /// How many frames there may be.
    @inlinable public static var capacity: Int { 64 }

    /// How many frames there are.
    public private(set) var count = 0
    /// Whether the device is gone for good: nothing will ever come again, stop polling.
    public internal(set) var isDeviceGone = false
    @usableFromInline let frames: UnsafeMutablePointer<Frame>
    @usableFromInline let faults: UnsafeMutablePointer<DropReason?>

    /// An empty batch.
    public init() {
        unsafe frames = .allocate(capacity: Self.capacity)
        unsafe faults = .allocate(capacity: Self.capacity)
    }

    deinit {
        unsafe frames.deallocate()
        unsafe faults.deallocate()
    }

    /// The frame at `index`.
    @inlinable public func frame(at index: Int) -> Frame {
        precondition(index >= 0 && index < count)
        return unsafe frames[index]
    }

    /// Why the frame at `index` must be dropped unread; nil when the port has nothing against it.
    @inlinable public func fault(at index: Int) -> DropReason? {
        precondition(index >= 0 && index < count)
        return unsafe faults[index]
    }

    /// Whether no frame fits any more.
    var isFull: Bool { count == Self.capacity }

    /// Forgets everything.
    package mutating func removeAll() {
        count = 0
        isDeviceGone = false
    }

    /// Adds the slot `frame` into which `byteCount` bytes were received, from the virtio-net header
    /// on. A port that knows a fault of the frame passes it; the lengths are judged here.
    package mutating func append(
        _ frame: Frame, received byteCount: Int, _ fault: DropReason? = nil
    ) {
        guard !isFull else { return }
        let frameByteCount = byteCount &- VirtioNetHeader.byteCount
        var received = frame
        received.byteCount = min(max(frameByteCount, 0), Frame.byteCountMax)
        unsafe frames[count] = received
        unsafe faults[count] = fault ?? Self.lengthFault(frameByteCount)
        count &+= 1
    }

    private static func lengthFault(_ frameByteCount: Int) -> DropReason? {
        if frameByteCount > Frame.byteCountMax { return .truncated }
        return frameByteCount < 0 ? .runt : nil
    }
}
