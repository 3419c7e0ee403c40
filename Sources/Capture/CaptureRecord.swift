import Packet
import Telemetry

/// What stands before the bytes of each captured frame: when, where, and what became of it.
///
/// - Shape: 40 bytes; stored as it is in the ``CaptureRing``.
public struct CaptureRecord: BitwiseCopyable, Sendable {
    /// Which way a frame goes, as seen from the switch's port (as `tcpdump` on the device sees it).
    public enum Direction: UInt8, Sendable, BitwiseCopyable {
        /// From the guest into the switch: inbound.
        case fromGuest
        /// From the switch to the guest: outbound.
        case toGuest
    }

    /// When the frame was received: nanoseconds since 1970-01-01 00:00 UTC.
    public let timestamp: UInt64
    /// The number of the rule that decided at the sender's port, or ``CaptureNote/noRule``.
    public let egressRule: UInt32
    /// The number of the rule that decided at the receiver's port, or ``CaptureNote/noRule``.
    public let ingressRule: UInt32
    /// The network the frame travels in.
    public let network: VNI
    private let frameByteCount: UInt32
    /// The captured port.
    public let port: PortNumber
    /// Which way the frame goes.
    public let direction: Direction
    /// Why the frame was dropped; nil when it passed.
    public let dropReason: DropReason?
    /// The frame's virtio-net header: hostile, for the frame may have been dropped because of it.
    public let virtio: VirtioNetHeader

    /// How many bytes the frame has.
    public var byteCount: Int { Int(frameByteCount) }

    /// The record of `frame` at `port`.
    package init(_ frame: Frame, at port: PortNumber, _ note: CaptureNote) {
        timestamp = note.timestamp
        egressRule = note.egressRule
        ingressRule = note.ingressRule
        network = note.network
        frameByteCount = UInt32(truncatingIfNeeded: frame.byteCount)
        self.port = port
        direction = note.event == .sent ? .fromGuest : .toGuest
        dropReason = note.dropReason
        virtio = frame.virtio
    }
}
