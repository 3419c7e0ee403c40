/// What a port, or all of them together, received, sent and dropped since the daemon's start.
///
/// Every received frame is counted once more: over all ports,
/// received = transmitted + replicated + answered + dropped (`CounterReport.balanced`).
public struct FrameCounters: Codable, Sendable, Equatable {
    /// Frames received from the device.
    public var receivedFrames: UInt64 = 0
    /// Bytes of those frames.
    public var receivedBytes: UInt64 = 0
    /// Frames sent to the device: one for each unicast frame received elsewhere. Counted at the
    /// port that receives them.
    public var transmittedFrames: UInt64 = 0
    /// Bytes of those frames.
    public var transmittedBytes: UInt64 = 0
    /// Received broadcast and multicast frames that reached at least one port.
    public var replicatedFrames: UInt64 = 0
    /// Copies of broadcast and multicast frames sent to the device.
    public var transmittedCopies: UInt64 = 0
    /// Bytes of those copies.
    public var transmittedCopyBytes: UInt64 = 0
    /// Received frames that were questions (ARP, neighbour discovery) and ended here, because the
    /// switch answered them.
    public var answeredFrames: UInt64 = 0
    /// Frames that the switch made itself: such answers, and those to rejected connections and to
    /// packets too big.
    public var transmittedReplies: UInt64 = 0
    /// Segments of a larger frame that the device did not take.
    public var lostSegments: UInt64 = 0
    /// Received frames that were dropped, by reason; reasons that are zero are left out.
    public var dropped: [String: UInt64] = [:]

    /// Creates counters that are all zero.
    public init() {}

    /// All dropped frames together.
    public var droppedFrames: UInt64 { dropped.values.reduce(0, &+) }
}

/// The counters of one port: the reply to `GET /v1/counters/{device}`.
public struct PortCounters: Codable, Sendable, Equatable {
    /// The port's device.
    public var device: String
    /// What it received, sent and dropped.
    public var counters: FrameCounters

    /// Creates a port's counters.
    public init(device: String, counters: FrameCounters) {
        self.device = device
        self.counters = counters
    }
}

/// The reply to `GET /v1/counters`.
public struct CounterReport: Codable, Sendable, Equatable {
    /// Every port, by number.
    public var ports: [PortCounters]
    /// The sum over all ports, detached ones included.
    public var total: FrameCounters
    /// Whether every received frame is accounted for; false means a fault in the switch.
    public var balanced: Bool

    /// Creates a report.
    public init(ports: [PortCounters], total: FrameCounters, balanced: Bool) {
        self.ports = ports
        self.total = total
        self.balanced = balanced
    }
}
