/// How many frames a capture saw, matched and lost.
public struct CaptureCounts: Equatable, Sendable {
    /// Frames that passed the point of the capture.
    public var seen: UInt64
    /// Frames that matched the filter, whether there was room for them or not.
    public var matched: UInt64
    /// Matched frames for which the ring had no room; they are missing in the capture.
    public var lost: UInt64

    /// These counts.
    public init(seen: UInt64, matched: UInt64, lost: UInt64) {
        self.seen = seen
        self.matched = matched
        self.lost = lost
    }
}
