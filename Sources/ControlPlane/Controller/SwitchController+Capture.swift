import Capture
import ControlAPI
import DataPath
import Packet

// Captures: the controller starts them; they run on by themselves.
extension SwitchController {
    /// Starts a capture at the port on `device`; it ends when the stream goes.
    package func startCapture(
        on device: String, _ options: CaptureOptions
    ) throws(Problem) -> CaptureStream {
        let (_, link) = try attachedPort(device)
        let filter = options.filter ?? ""
        var request = CaptureRequest(port: link.number, filter: filter)
        request.snapByteCount = options.snapLength ?? CaptureRequest.snapByteCountMax
        request.point = try point(options.point)
        let session: CaptureSession
        do throws(CaptureError) {
            session = try dataPath.startCapture(request)
        } catch {
            throw Problem(error)
        }
        let narration = narrator.narration(
            filter: filter, snapByteCount: request.snapByteCount)
        var logger = logger
        logger[metadataKey: "device"] = "\(device)"
        logger.info("capture started", metadata: ["filter": "\(filter)"])
        return CaptureStream(session, (dataPath, logger), narration, options)
    }

    private func point(_ point: CapturePoint) throws(Problem) -> CaptureRequest.Point {
        switch point {
        case .guest: .guest
        case .verdict: .verdict
        case .underlay:
            throw Problem(
                .notYet, "Not yet: captures of frames between hosts.", field: "point",
                hint: "Capture at point 'guest' or 'verdict'.")
        }
    }
}

extension Problem {
    /// The problem document for a capture that cannot be started.
    fileprivate init(_ error: CaptureError) {
        switch error {
        case .filter: self.init(.invalidRequest, "\(error).", field: "filter")
        case .snapByteCount: self.init(.invalidRequest, "\(error).", field: "snaplen")
        case .memory: self.init(.failed, "\(error).")
        }
    }
}
