import Packet

/// The worker's end of a capture: a handle in the snapshot, through which frames are offered.
///
/// Valid as long as its ``CaptureSession`` lives; so the session is kept until every worker has
/// seen a snapshot without the tap.
public struct CaptureTap: BitwiseCopyable, @unchecked Sendable {
    // Sendable: the program is immutable, and the ring's words are accessed atomically; that one
    // worker at a time offers frames is the caller's part.

    private let program: FilterProgram
    private let ring: CaptureRingMemory
    /// The captured port.
    public let port: PortNumber
    /// Where on a frame's way the capture looks.
    public let point: CaptureRequest.Point

    init(_ program: FilterProgram, _ ring: CaptureRingMemory, _ request: CaptureRequest) {
        self.program = program
        self.ring = ring
        port = request.port
        point = request.point
    }
}

extension CaptureTap {
    /// Copies `frame` with what `note` says into the ring, if it passes the point and the filter.
    ///
    /// No allocation, no lock, no wait: without room the frame is counted as lost.
    @inline(never) public func offer(_ frame: Frame, _ note: CaptureNote) {
        guard note.event != .refused || point == .verdict else { return }
        ring.count(.seen)
        guard program.matches(frame) else { return }
        ring.count(.matched)
        ring.write(CaptureRecord(frame, at: port, note), frame)
    }
}
