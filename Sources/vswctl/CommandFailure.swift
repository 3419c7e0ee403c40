import ControlAPI

/// A command did not succeed: what to print, and what to exit with.
struct CommandFailure: Error {
    /// One sentence: what, why, what to do.
    let sentence: String
    /// Errors in policy files, told before the sentence.
    var faults: [PolicyFault] = []
    /// What to exit with.
    var status = ExitStatus.failed

    /// Creates a failure.
    init(_ sentence: String) {
        self.sentence = sentence
    }

    /// Creates the failure for a request that did not succeed.
    init(_ error: ControlError) {
        sentence = error.description
        switch error {
        case .unreachable, .timedOut: status = .unreachable
        case .problem(let problem): faults = problem.errors ?? []
        case .replyTooLarge, .unexpectedReply, .cancelled: status = .failed
        }
    }

    /// Creates the failure for policy files with errors.
    init(faults: [PolicyFault], _ sentence: String) {
        self.sentence = sentence
        self.faults = faults
    }

    /// The failure as it goes to standard error.
    var text: String {
        faults.map { FaultText($0).description }.joined() + "vswctl: \(sentence.printable)\n"
    }
}
