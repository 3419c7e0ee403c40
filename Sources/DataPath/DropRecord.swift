import Packet
import PolicyEngine
import Telemetry

/// A frame that was dropped, as far as it was read, and how often the like of it came in a row.
///
/// - Shape: 104 bytes.
public struct DropRecord: BitwiseCopyable, Sendable {
    /// Which end of a frame's way a port is.
    public enum Side: UInt8, BitwiseCopyable, Sendable {
        /// The frame came from the port: there it is counted.
        case sender
        /// The frame was for the port, whose rules did not let it in.
        case receiver
    }

    /// When the last of them was dropped, in nanoseconds since 1970.
    public package(set) var timestamp: UInt64
    /// When the first of them was.
    public let firstTimestamp: UInt64
    /// How many there were.
    public package(set) var count: UInt64 = 1
    /// What they have in common, but for the source port: it is the latest one's.
    var facts: DropFacts

    /// A drop for `reason` at `timestamp` under `generation`.
    package init(_ reason: DropReason, at timestamp: UInt64, generation: UInt32) {
        self.timestamp = timestamp
        firstTimestamp = timestamp
        facts = DropFacts(reason, generation: generation)
    }

    /// Why.
    public var reason: DropReason { facts.reason }

    /// The generation under which they were dropped.
    public package(set) var generation: UInt32 {
        get { facts.generation }
        set { facts.generation = newValue }
    }

    /// Addresses and ports; nil when the frame is no IP packet, or its header was not read.
    public package(set) var tuple: FiveTuple? {
        get { facts.tuple }
        set { facts.tuple = newValue }
    }

    /// The service; nil where ``tuple`` is.
    public package(set) var service: ServiceKey? {
        get { facts.service }
        set { facts.service = newValue }
    }

    /// The receiver's MAC address; zero when it was not read.
    public package(set) var destinationMAC: MACAddress {
        get { facts.destinationMAC }
        set { facts.destinationMAC = newValue }
    }

    /// The sender's MAC address; zero when it was not read.
    public package(set) var sourceMAC: MACAddress {
        get { facts.sourceMAC }
        set { facts.sourceMAC = newValue }
    }

    /// The network; nil when the port had none.
    public package(set) var vni: VNI? {
        get { facts.vni }
        set { facts.vni = newValue }
    }

    /// The port at the other end, as far as that is one port.
    public package(set) var otherPort: PortNumber? {
        get { facts.otherPort }
        set { facts.otherPort = newValue }
    }

    /// Whether the port sent the frame, or was to receive it.
    public package(set) var side: Side {
        get { facts.side }
        set { facts.side = newValue }
    }
}

// MARK: - Rules

extension DropRecord {
    /// What the sender's rules said, if they were asked.
    public package(set) var egress: Verdict? {
        get { facts.egress }
        set { facts.egress = newValue }
    }

    /// What the receiver's rules said, if they were asked.
    public package(set) var ingress: Verdict? {
        get { facts.ingress }
        set { facts.ingress = newValue }
    }

    /// The end whose rule refused it; nil when no rule did.
    public package(set) var refusingEnd: TrafficDirection? {
        get { facts.refusingEnd }
        set { facts.refusingEnd = newValue }
    }

    /// The verdict that refused it; nil when no rule did.
    public var refusal: Verdict? {
        refusingEnd.flatMap { $0 == .egress ? egress : ingress }
    }
}

extension DropRecord: Equatable {
    /// Equality of everything.
    public static func == (left: DropRecord, right: DropRecord) -> Bool {
        left.timestamp == right.timestamp && left.firstTimestamp == right.firstTimestamp
            && left.count == right.count && left.tuple == right.tuple
            && DropFacts.areAlike(left.facts, right.facts)
    }
}
