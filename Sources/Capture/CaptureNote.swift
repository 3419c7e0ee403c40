import Packet
import Telemetry

/// What the data path knows about a frame when it offers it to a capture.
@frozen public struct CaptureNote: BitwiseCopyable, Sendable {
    /// What happened to the frame at the captured port.
    public enum Event: UInt8, Sendable, BitwiseCopyable {
        /// The port's guest sent the frame; ``CaptureNote/dropReason`` tells what became of it.
        case sent
        /// The frame goes to the port's guest.
        case delivered
        /// The frame was meant for the port's guest and is dropped.
        case refused
    }

    /// The rule number of a frame that no rule decided.
    public static let noRule = UInt32.max

    /// What happened.
    public var event: Event
    /// Why the frame is dropped; nil when it passes.
    public var dropReason: DropReason?
    /// The network the frame travels in.
    public var network: VNI
    /// When the frame was received: nanoseconds since 1970-01-01 00:00 UTC.
    public var timestamp: UInt64
    /// The number of the rule that decided at the sender's port, or ``noRule``.
    public var egressRule = noRule
    /// The number of the rule that decided at the receiver's port, or ``noRule``.
    public var ingressRule = noRule

    /// A note about a frame that no rule decided.
    @inlinable public init(
        _ event: Event, _ dropReason: DropReason?, in network: VNI, at timestamp: UInt64
    ) {
        self.event = event
        self.dropReason = dropReason
        self.network = network
        self.timestamp = timestamp
    }
}
