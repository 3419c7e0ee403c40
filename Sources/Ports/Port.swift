import Packet

/// Where frames come from and go to: a TAP device, a packet socket, memory.
///
/// - Thread: one worker owns a port. Nothing here allocates, blocks or throws.
public protocol Port: ~Copyable {
    /// What to poll for readable frames, level-triggered; -1 when there is nothing to poll.
    var descriptor: CInt { get }

    /// Whether ``transmit(_:)`` takes super-frames and partial checksums as they are.
    var carriesSuperFrames: Bool { get }

    /// Replaces what `batch` holds by the frames that wait, at most ``FrameBatch/capacity``, each
    /// with its virtio-net header in its own slot of `arena`.
    func receive(into arena: borrowing FrameArena, _ batch: inout FrameBatch)

    /// Sends `frame` with the virtio-net header that lies before it.
    func transmit(_ frame: Frame) -> TransmitResult
}
