import Packet
import Telemetry

/// A port without a device: the other end is a ``MemoryWire``. It allocates; never inlined, so that
/// the per-frame code of the other kinds stays free of that.
public struct MemoryPort: ~Copyable, Port {
    private let wire: MemoryWire

    /// The switch's end of `wire`.
    public init(_ wire: MemoryWire) { self.wire = wire }

    /// An eventfd that is readable while frames wait.
    public var descriptor: CInt { wire.bell }

    /// As the wire was made.
    public var carriesSuperFrames: Bool { wire.carriesSuperFrames }

    /// Copies the waiting frames into the arena.
    @inline(never) public func receive(into arena: borrowing FrameArena, _ batch: inout FrameBatch)
    {
        batch.removeAll()
        for _ in 0..<FrameBatch.capacity {
            guard let (frame, fault) = wire.next() else { break }
            Self.store(frame, into: arena.frame(at: batch.count), &batch, fault)
        }
        batch.isDeviceGone = wire.isGone
    }

    /// Hands the guest a copy of `frame`.
    @inline(never) public func transmit(_ frame: Frame) -> TransmitResult {
        let bytes = unsafe UnsafeRawBufferPointer(start: frame.base, count: frame.byteCount)
        return wire.accept(MemoryFrame(unsafe [UInt8](bytes), frame.virtio))
    }

    /// Copies `frame` as far as the slot reaches, as a device would.
    private static func store(
        _ frame: MemoryFrame, into slot: Frame, _ batch: inout FrameBatch, _ fault: DropReason?
    ) {
        slot.virtio = frame.virtio
        let limit = FrameArena.receiveByteCount - VirtioNetHeader.byteCount
        let byteCount = min(frame.bytes.count, limit)
        unsafe frame.bytes.withUnsafeBytes { bytes in
            guard let start = bytes.baseAddress else { return }
            unsafe slot.base.copyMemory(from: start, byteCount: byteCount)
        }
        batch.append(slot, received: VirtioNetHeader.byteCount + byteCount, fault)
    }
}
