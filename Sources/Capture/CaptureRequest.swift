import Packet

/// What to capture: frames of one port, at a point, that match a filter.
public struct CaptureRequest: Equatable, Sendable {
    /// Where on a frame's way a capture looks.
    public enum Point: String, CaseIterable, Sendable, BitwiseCopyable {
        /// What the guest's NIC sees: all frames that the guest sent, whatever becomes of them, and
        /// the frames delivered to it.
        case guest
        /// The same, and the frames meant for the guest that were dropped.
        case verdict
    }

    /// The largest snap length, libpcap's `MAXIMUM_SNAPLEN`: more than any super-frame.
    public static let snapByteCountMax = 262_144

    /// The port whose frames are captured.
    public var port: PortNumber
    /// An expression of the libpcap filter language; empty takes every frame.
    public var filter: String
    /// How many bytes of each frame are exported, at most.
    public var snapByteCount: Int
    /// Where to look.
    public var point: Point

    /// A request for whole frames of `port`, as far as nothing else is said.
    public init(
        port: PortNumber, filter: String = "", snapByteCount: Int = snapByteCountMax,
        point: Point = .guest
    ) {
        self.port = port
        self.filter = filter
        self.snapByteCount = snapByteCount
        self.point = point
    }
}
