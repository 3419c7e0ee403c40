import Capture
import ControlAPI
import DataPath
import Glibc
import Logging

/// A capture that one client reads: pcapng bytes as frames come, until its count or time is over.
///
/// What the client does not take fast enough stays in the session's bounded ring, and is counted as
/// lost there when that is full: a slow client costs neither memory nor frames of the guests.
package actor CaptureStream {
    /// The most frames taken up at once; more are waiting then.
    private static let batchCount = 4_096

    private let dataPath: Switch
    private let session: CaptureSession
    private var exporter: CaptureExporter
    private var remaining: Int
    private let end: ContinuousClock.Instant?
    private let logger: Logger

    /// Reads what `session` captures on `source`; `options` say for how long.
    init(
        _ session: CaptureSession, _ source: (dataPath: Switch, logger: Logger),
        _ narration: CaptureExporter.Narration, _ options: CaptureOptions
    ) {
        self.session = session
        dataPath = source.dataPath
        logger = source.logger
        exporter = CaptureExporter(.host, narration)
        exporter.declare(session.request.port)
        remaining = options.count ?? .max
        end = options.durationSeconds.map { .now + .seconds($0) }
    }

    deinit {
        dataPath.stopCapture(session)
        let counts = session.counts
        logger.info(
            "capture ended", metadata: ["frames": "\(counts.matched)", "lost": "\(counts.lost)"])
    }

    /// Whether no more frames are wanted.
    package var isFinished: Bool { remaining == 0 || end.map { $0 <= .now } ?? false }

    /// The bytes for the frames captured since the last call: whole blocks, at first the header.
    package func takeBytes() -> [UInt8] {
        var exporter = self.exporter
        remaining -= session.drain(limit: min(remaining, Self.batchCount)) { frame in
            exporter.append(frame)
        }
        let bytes = exporter.takeBytes()
        self.exporter = exporter
        return bytes
    }

    /// Ends the capture; gives the last bytes, which tell what was seen and lost.
    package func finish() -> [UInt8] {
        dataPath.stopCapture(session)
        var time = timespec()
        unsafe clock_gettime(CLOCK_REALTIME, &time)
        let now = UInt64(time.tv_sec) &* 1_000_000_000 &+ UInt64(time.tv_nsec)
        exporter.finish(session.request.port, session.counts, at: now)
        return exporter.takeBytes()
    }
}
