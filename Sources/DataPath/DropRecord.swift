import Packet
import PolicyEngine
import Telemetry

/// A frame that was dropped, as far as it was read, and how often the like of it came in a row.
public struct DropRecord: BitwiseCopyable, Hashable, Sendable {
    /// When the last of them was dropped, in nanoseconds since 1970.
    public package(set) var timestamp: UInt64
    /// When the first of them was.
    public package(set) var firstTimestamp: UInt64
    /// How many there were.
    public package(set) var count: UInt32 = 1
    /// The generation under which they were dropped.
    public package(set) var generation: UInt32
    /// Addresses and ports; nil when the frame is no IP packet, or its header was not read.
    public package(set) var tuple: FiveTuple?
    /// The receiver's MAC address; zero when it was not read.
    public package(set) var destinationMAC = MACAddress.zero
    /// The sender's MAC address; zero when it was not read.
    public package(set) var sourceMAC = MACAddress.zero
    /// The service; nil where ``tuple`` is.
    public package(set) var service: ServiceKey?
    /// The network; nil when the port had none.
    public package(set) var vni: VNI?
    /// What the sender's rules said, if they were asked.
    public package(set) var egress: Verdict?
    /// What the receiver's rules said, if they were asked.
    public package(set) var ingress: Verdict?
    /// The port at the other end, as far as that is one port.
    public package(set) var otherPort: PortNumber?
    /// Why.
    public let reason: DropReason
    /// Whether the port sent the frame, or was to receive it.
    public package(set) var side = Side.sender
    /// The end whose rule refused it; nil when no rule did.
    public package(set) var refusingEnd: TrafficDirection?

    /// Which end of a frame's way a port is.
    public enum Side: UInt8, BitwiseCopyable, Sendable {
        /// The frame came from the port: there it is counted.
        case sender
        /// The frame was for the port, whose rules did not let it in.
        case receiver
    }

    /// A drop for `reason` at `timestamp` under `generation`.
    package init(_ reason: DropReason, at timestamp: UInt64, generation: UInt32) {
        self.reason = reason
        self.timestamp = timestamp
        firstTimestamp = timestamp
        self.generation = generation
    }

    /// The verdict that refused it; nil when no rule did.
    public var refusal: Verdict? {
        refusingEnd.flatMap { $0 == .egress ? egress : ingress }
    }

    /// Whether `other` differs in nothing but its time.
    package func isAlike(_ other: DropRecord) -> Bool {
        reason == other.reason && generation == other.generation && side == other.side
            && tuple == other.tuple && service == other.service
            && sourceMAC == other.sourceMAC && destinationMAC == other.destinationMAC
            && vni == other.vni && otherPort == other.otherPort
            && egress == other.egress && ingress == other.ingress
            && refusingEnd == other.refusingEnd
    }
}
