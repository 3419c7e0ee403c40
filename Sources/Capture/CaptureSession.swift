import Packet
import Synchronization

/// A running capture, on the control side: owns the filter and the ring behind a ``CaptureTap``.
///
/// - Thread: any thread may drain, one at a time; a second one finds nothing meanwhile.
public final class CaptureSession: Sendable {
    /// The default size of a ring: 8 MiB, 7 ms of 10 Gbit/s.
    public static let ringByteCount = 8 << 20

    /// What is captured.
    public let request: CaptureRequest
    /// The worker's end. Keep the session until no worker can use it any more.
    public let tap: CaptureTap

    private let filter: CaptureFilter
    private let ring: CaptureRing
    private let reader = Mutex(())

    /// Compiles the filter and makes the ring; nothing is captured before a worker has the ``tap``.
    ///
    /// May block, if the filter names hosts that must be looked up.
    public init(
        _ request: CaptureRequest, ringByteCount: Int = CaptureSession.ringByteCount
    ) throws(CaptureError) {
        guard (1...CaptureRequest.snapByteCountMax).contains(request.snapByteCount) else {
            throw .snapByteCount(request.snapByteCount)
        }
        self.request = request
        filter = try CaptureFilter(request.filter)
        ring = try CaptureRing(byteCount: ringByteCount)
        tap = CaptureTap(filter.program, ring.memory, request)
    }

    /// Hands the frames captured so far, at most `limit`, oldest first, to `body`; gives their
    /// number.
    ///
    /// A frame is valid within its call, and its room is free after it. Never waits: zero when
    /// there is nothing, or while another call is draining.
    @discardableResult
    public func drain(limit: Int = .max, _ body: (borrowing CapturedFrame) -> Void) -> Int {
        reader.withLockIfAvailable { _ in ring.drain(limit: limit, body) } ?? 0
    }

    /// How many frames were seen, matched and lost so far.
    public var counts: CaptureCounts { ring.counts }

    /// Matched frames that are missing, because the ring was full.
    public var lost: UInt64 { ring.counts.lost }
}
