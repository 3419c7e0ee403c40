/// What passed in one direction of a connection.
public struct ConnectionCounts: Equatable, Sendable, BitwiseCopyable {
    /// Packets; a super-frame counts as its segments.
    public internal(set) var packets: UInt64
    /// Bytes of the frames.
    public internal(set) var bytes: UInt64

    mutating func add(_ step: ConnectionStep) {
        packets &+= UInt64(truncatingIfNeeded: step.packetCount)
        bytes &+= UInt64(truncatingIfNeeded: step.byteCount)
    }
}

/// A connection as it was at one moment, for listings and logs.
public struct ConnectionRecord: Equatable, Sendable, BitwiseCopyable {
    /// Where it is tracked.
    public let reference: ConnectionReference
    /// The key of its original direction.
    public let key: FlowKey
    /// The ports it runs between.
    public let ports: ConnectionPorts
    /// What allowed it.
    public let judgement: ConnectionJudgement
    /// Its state.
    public let state: ConnectionState
    /// What passed in the original direction.
    public let original: ConnectionCounts
    /// What passed in the reply direction.
    public let reply: ConnectionCounts
    /// When it was opened, on the worker's monotonic clock in nanoseconds.
    public let opened: UInt64
    /// When its last accepted frame passed, on the same clock.
    public let lastSeen: UInt64
}

/// How many connections are charged to a port.
public struct PortConnectionCounts: Equatable, Sendable, BitwiseCopyable {
    /// All of them.
    public let total: Int
    /// TCP connections whose handshake is not complete.
    public let halfOpen: Int
    /// Connections of other protocols that had no answer.
    public let unreplied: Int
}
