public import Packet

/// What one frame means for its connection.
public struct ConnectionStep: Sendable, BitwiseCopyable {
    /// Which way the frame goes.
    public var direction: ConnectionDirection
    /// The flags of a TCP segment; empty for other protocols.
    public var tcpFlags: TCPFlags
    /// Whether the frame may begin a connection: for ICMP and ICMPv6 an echo request, and nothing
    /// else. Other protocols ignore it.
    public var isOpening = true
    /// How many packets the frame stands for: a super-frame is several.
    public var packetCount = 1
    /// The bytes of the frame.
    public var byteCount: Int
    /// The worker's monotonic clock, in nanoseconds.
    public var now: UInt64

    /// One frame of `byteCount` bytes.
    public init(
        _ direction: ConnectionDirection, _ tcpFlags: TCPFlags, byteCount: Int, now: UInt64
    ) {
        self.direction = direction
        self.tcpFlags = tcpFlags
        self.byteCount = byteCount
        self.now = now
    }
}

/// What became of a frame at its connection.
public enum ConnectionOutcome: UInt8, Sendable, BitwiseCopyable {
    /// The frame belongs here, and is counted.
    case accepted
    /// A SYN on a connection that has ended: close it and judge the frame as the first of a new
    /// one.
    case reopen
    /// The frame is out of place and must be dropped.
    case invalidState
    /// The connection is no longer there.
    case gone
}
