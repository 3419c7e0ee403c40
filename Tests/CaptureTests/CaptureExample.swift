import Capture
import Packet
import Telemetry

/// Captures made of example frames, for tests.
enum CaptureExample {
    static let network = VNI(rawValue: 1)!

    /// A note at `seconds` after 1970.
    static func note(
        _ event: CaptureNote.Event = .sent, _ reason: DropReason? = nil, seconds: Int = 0
    ) -> CaptureNote {
        CaptureNote(event, reason, in: network, at: UInt64(seconds) * 1_000_000_000)
    }

    /// A session on port 7 that was offered `examples`, each a second after the other.
    static func session(
        _ examples: [FrameExample], filter: String = "", point: CaptureRequest.Point = .guest
    ) throws -> CaptureSession {
        let request = CaptureRequest(port: PortNumber(rawValue: 7), filter: filter, point: point)
        let session = try CaptureSession(request)
        for (index, example) in examples.enumerated() {
            example.withFrame { session.tap.offer($0, note(seconds: index)) }
        }
        return session
    }

    /// The pcapng file of `session`, each frame commented by `comment`.
    static func file(
        of session: CaptureSession, snapByteCount: Int = CaptureRequest.snapByteCountMax,
        comment: @escaping @Sendable (CaptureRecord) -> String? = { _ in nil }
    ) -> [UInt8] {
        let interface = PcapNGInterface(
            name: "tap-web1", description: "web1", filter: session.request.filter,
            snapByteCount: snapByteCount)
        let origin = PcapNGWriter.Origin(
            hardware: "x86_64", operatingSystem: "Linux 6.1", application: "vswitch")
        var exporter = CaptureExporter(
            origin, .init(interface: { _ in interface }, comment: comment))
        exporter.declare(session.request.port)
        session.drain { exporter.append($0) }
        exporter.finish(session.request.port, session.counts, at: 9_000_000_000)
        return exporter.takeBytes()
    }
}
