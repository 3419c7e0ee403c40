/// The counts of one port, or of several added up, at one moment.
///
/// - Unit: frames, and bytes of Ethernet frames.
/// - A frame is counted at two ports: received, replicated and dropped at the port it came from;
///   transmitted, copies, replies and lost segments at the port it was sent to. So the conservation
///   law, ``isBalanced``, holds for the sum over all ports.
public struct PortCounts: Equatable, Sendable {
    /// Frames that came from the port.
    public var receivedFrames: UInt64 = 0
    /// Bytes of ``receivedFrames``.
    public var receivedBytes: UInt64 = 0
    /// Unicast frames that were sent to the port: each is one received frame.
    public var transmittedFrames: UInt64 = 0
    /// Bytes of ``transmittedFrames``.
    public var transmittedBytes: UInt64 = 0
    /// Received broadcast and multicast frames that got at least one receiver.
    public var replicatedFrames: UInt64 = 0
    /// Copies of ``replicatedFrames`` that were sent to the port.
    public var transmittedCopies: UInt64 = 0
    /// Bytes of ``transmittedCopies``.
    public var transmittedCopyBytes: UInt64 = 0
    /// Received frames that were questions and ended here, because the switch answered them.
    public var answeredFrames: UInt64 = 0
    /// What the switch itself sent: answers to questions, to rejected connections and to packets
    /// too big; they are no transmitted frames.
    public var transmittedReplies: UInt64 = 0
    /// Segments of transmitted super-frames that found no room at the port.
    public var lostSegments: UInt64 = 0
    /// Received frames that were dropped, by reason.
    public var dropped = DropCounts()

    /// All counts zero.
    public init() {}

    /// Received frames that were dropped, for whatever reason.
    public var droppedTotal: UInt64 { dropped.total }

    /// Received frames that are neither sent nor dropped: zero over all ports when nothing is in
    /// flight. Negative when a frame was counted twice.
    public var balance: Int64 {
        let accounted = transmittedFrames &+ replicatedFrames &+ answeredFrames &+ droppedTotal
        return Int64(truncatingIfNeeded: receivedFrames &- accounted)
    }

    /// The conservation law, for the sum over all ports: received = transmitted + replicated +
    /// answered + Σ dropped.
    public var isBalanced: Bool { balance == 0 }
}

extension PortCounts: AdditiveArithmetic {
    /// All counts zero.
    public static var zero: PortCounts { PortCounts() }

    private static let counters: [WritableKeyPath<PortCounts, UInt64> & Sendable] = [
        \.receivedFrames, \.receivedBytes, \.transmittedFrames, \.transmittedBytes,
        \.replicatedFrames, \.transmittedCopies, \.transmittedCopyBytes, \.transmittedReplies,
        \.lostSegments, \.answeredFrames,
    ]

    /// The sums, count by count; they wrap as counters do.
    public static func + (left: PortCounts, right: PortCounts) -> PortCounts {
        var sum = left
        for counter in counters { sum[keyPath: counter] &+= right[keyPath: counter] }
        sum.dropped = left.dropped + right.dropped
        return sum
    }

    /// What was counted between two moments, `right` the earlier; right also across a wrap.
    public static func - (left: PortCounts, right: PortCounts) -> PortCounts {
        var difference = left
        for counter in counters { difference[keyPath: counter] &-= right[keyPath: counter] }
        difference.dropped = left.dropped - right.dropped
        return difference
    }
}
