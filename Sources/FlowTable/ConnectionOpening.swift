public import Packet

/// The two ports of the switch that a connection runs between.
public struct ConnectionPorts: Equatable, Sendable, BitwiseCopyable {
    /// Where its original direction comes in; the connection is charged to this port.
    public var original: PortNumber
    /// Where its replies come in.
    public var reply: PortNumber

    /// From `original` to `reply`.
    @inlinable public init(original: PortNumber, reply: PortNumber) {
        self.original = original
        self.reply = reply
    }
}

/// Which policy let a connection through: the generation, and the deciding rules as the policy
/// engine numbers them. The tracker only keeps them.
public struct ConnectionJudgement: Equatable, Sendable, BitwiseCopyable {
    /// The policy's generation.
    public var generation: UInt32
    /// The rule that let it out of the sender's port.
    public var egressRule: UInt32
    /// The rule that let it into the receiver's port.
    public var ingressRule: UInt32

    /// Allowed under `generation` by these rules.
    @inlinable public init(generation: UInt32, egressRule: UInt32, ingressRule: UInt32) {
        self.generation = generation
        self.egressRule = egressRule
        self.ingressRule = ingressRule
    }
}

/// A connection that policy allows and that is about to be tracked.
public struct ConnectionOpening: Sendable, BitwiseCopyable {
    /// The key of its first frame.
    public var key: FlowKey
    /// The ports it runs between.
    public var ports: ConnectionPorts
    /// What allowed it.
    public var judgement: ConnectionJudgement
    /// Its first frame, in the original direction.
    public var first: ConnectionStep

    /// A connection that begins with `first`.
    public init(
        _ key: FlowKey, _ ports: ConnectionPorts, _ judgement: ConnectionJudgement,
        first: ConnectionStep
    ) {
        self.key = key
        self.ports = ports
        self.judgement = judgement
        self.first = first
    }
}

/// The answer to an opening.
public enum ConnectionAdmission: Equatable, Sendable, BitwiseCopyable {
    /// Tracked from now on; the first frame is counted.
    case opened(ConnectionReference)
    /// A connection with this key, in either direction, is already there: find it and advance it.
    case alreadyOpen
    /// The port's quota or the table is full, and the port has nothing to evict.
    case limitReached
    /// No connection begins with this frame.
    case notAnOpening
}
