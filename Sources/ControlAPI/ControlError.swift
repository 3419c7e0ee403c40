/// A request to the daemon did not succeed.
public enum ControlError: Error, Sendable, Equatable {
    /// There is no daemon at the socket, or it went away before it had answered.
    case unreachable(path: String, reason: String)
    /// The daemon did not answer within the deadline.
    case timedOut(path: String, seconds: Int)
    /// The daemon refused or failed, and says why.
    case problem(Problem)
    /// The reply is longer than the client takes.
    case replyTooLarge(byteCountMax: Int)
    /// The reply is not what the route answers with: another program, or another version.
    case unexpectedReply(route: Route, reason: String)
    /// The task was cancelled.
    case cancelled
}

extension ControlError: CustomStringConvertible {
    /// One sentence: what, why, and what to do.
    public var description: String {
        switch self {
        case .unreachable(let path, let reason):
            "cannot reach vswitchd at \(path): \(reason)"
        case .timedOut(let path, let seconds):
            "vswitchd at \(path) did not answer within \(seconds) s; see its log"
        case .problem(let problem):
            problem.sentence
        case .replyTooLarge(let byteCountMax):
            "the reply is larger than \(byteCountMax >> 20) MiB; ask for less"
        case .unexpectedReply(let route, let reason):
            "the reply to \(route.rawValue) makes no sense: \(reason);"
                + " are vswctl and vswitchd of the same version?"
        case .cancelled:
            "the request was cancelled"
        }
    }
}

extension Problem {
    /// The detail and the hint as one sentence, as `vswctl` prints it.
    public var sentence: String {
        let what = detail.withoutFullStop
        guard let hint, !hint.isEmpty else { return what }
        return "\(what); \(hint.prefix(1).lowercased())\(hint.dropFirst().withoutFullStop)"
    }
}

extension StringProtocol {
    fileprivate var withoutFullStop: String { String(hasSuffix(".") ? dropLast(1) : self[...]) }
}
