import Glibc

/// A capture could not be started.
public enum CaptureError: Error, Equatable, Sendable {
    /// The filter expression cannot be used; `reason` is libpcap's own sentence, or ours.
    case filter(expression: String, reason: String)
    /// The snap length is not within 1...262,144 bytes.
    case snapByteCount(Int)
    /// The kernel gave no memory for a ring of `byteCount` bytes.
    case memory(byteCount: Int, errno: CInt)
}

extension CaptureError: CustomStringConvertible {
    /// One sentence: what, why, what to do.
    public var description: String {
        switch self {
        case .filter(let expression, let reason):
            "capture filter \"\(expression)\" refused: \(reason) (see `man pcap-filter`)"
        case .snapByteCount(let byteCount):
            "snap length \(byteCount) refused: give 1 to \(CaptureRequest.snapByteCountMax) bytes"
        case .memory(let byteCount, let errno):
            "no memory for a capture ring of \(byteCount) bytes: \(Self.text(errno));"
                + " stop another capture or raise the daemon's memory limit"
        }
    }

    private static func text(_ errno: CInt) -> String { unsafe String(cString: strerror(errno)) }
}
