import CLinux
import Glibc
import Packet

/// A TAP device that the switch owns: the guest's side is the network device of that name.
///
/// - Frames carry virtio-net headers of 10 bytes; the kernel hands out super-frames and partial
///   checksums and takes them, whatever the device's own offloads are.
/// - One read(2) or write(2) for each frame: the kernel has no call for several.
public struct TAPPort: ~Copyable, Port {
    private let file: FileDescriptor

    /// A port on `file`, a non-blocking descriptor that ``TAPDevice`` attached.
    init(_ file: consuming FileDescriptor) { self.file = file }

    /// What to poll for readable frames.
    public var descriptor: CInt { file.rawValue }

    /// True: the guest's kernel finishes what is unfinished.
    public var carriesSuperFrames: Bool { true }

    /// Reads until the device is empty or the batch full.
    public func receive(into arena: borrowing FrameArena, _ batch: inout FrameBatch) {
        batch.removeAll()
        while !batch.isFull {
            let frame = arena.frame(at: batch.count)
            let start = unsafe frame.base - VirtioNetHeader.byteCount
            let byteCount = unsafe read(descriptor, start, FrameArena.receiveByteCount)
            guard byteCount >= 0 else {
                if errno == EINTR { continue }
                batch.isDeviceGone = Self.isGone(errno)
                return
            }
            batch.append(frame, received: byteCount)
        }
    }

    /// Writes one frame.
    public func transmit(_ frame: Frame) -> TransmitResult {
        let start = unsafe frame.base - VirtioNetHeader.byteCount
        let byteCount = VirtioNetHeader.byteCount &+ frame.byteCount
        while true {
            if unsafe write(descriptor, start, byteCount) >= 0 { return .sent }
            if errno != EINTR { return TransmitResult(errno: errno) }
        }
    }

    /// Whether a failed read means that the device was deleted: EBADFD once it is, EFAULT while it
    /// is being torn down (the buffer itself is always sound).
    static func isGone(_ errno: CInt) -> Bool {
        errno == EBADFD || errno == EFAULT || errno == ENXIO || errno == ENODEV
    }
}
