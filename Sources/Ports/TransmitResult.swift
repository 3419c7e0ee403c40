import Glibc

/// What became of a frame that was handed to a port.
public enum TransmitResult: UInt8, Sendable, BitwiseCopyable {
    /// The device has it.
    case sent
    /// The device's queue is full: the frame is lost, a later one may pass.
    case wouldBlock
    /// The device does not take this frame, or any: count it, never retry.
    case refused

    /// The result of a call that failed with `errno`.
    package init(errno: CInt) {
        switch errno {
        case EAGAIN, ENOBUFS: self = .wouldBlock
        default: self = .refused
        }
    }
}
