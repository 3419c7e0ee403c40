import Packet
import PolicyEngine

/// Something that the data path decided and that people want to know of.
public struct DataPathEvent: BitwiseCopyable, Sendable {
    /// What happened.
    public enum Kind: UInt8, BitwiseCopyable, Sendable {
        /// A connection was opened by a rule with `log`.
        case opened
        /// A frame was dropped by a rule.
        case denied
        /// A frame was dropped by a rule, and its sender told.
        case rejected
        /// An established connection ended because the policy in force no longer allows it.
        case revoked
        /// The first packet of a connection was dropped: its rule has a limit, which was reached.
        case limited
        /// A connection passes that a rule of a file in audit mode would have refused.
        case audited
        /// A MAC address appeared behind another uplink.
        case moved
    }

    /// What happened.
    public let kind: Kind
    /// The frame's addresses and ports.
    public let tuple: FiveTuple
    /// The service it asked for.
    public let service: ServiceKey
    /// Its network.
    public let vni: VNI
    /// Where it came from.
    public let from: PortNumber
    /// Where it was going, if that was one port.
    public let to: PortNumber?
    /// What the sender's rules said, if they were asked.
    public let egress: Verdict?
    /// What the receiver's rules said, if they were asked.
    public let ingress: Verdict?
    /// The end whose verdict the event is about; nil when it is about none.
    public let end: TrafficDirection?
    /// The generation under which it was decided: the policy whose rules the verdicts name.
    public let generation: UInt32
    /// For how many decisions of its rule the event stands: this one, and those that went untold
    /// since the last event of that rule.
    public let count: UInt64
    /// The frame's source MAC address.
    public let sourceMAC: MACAddress
    /// When, in nanoseconds since 1970 (CLOCK_REALTIME).
    public let timestamp: UInt64
}
