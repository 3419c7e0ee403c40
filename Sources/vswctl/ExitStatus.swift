/// What `vswctl` exits with.
enum ExitStatus: Int32 {
    /// Done.
    case done = 0
    /// Refused or failed; standard error says why in one sentence.
    case failed = 1
    /// The command line is not one that `vswctl` knows.
    case usage = 2
    /// The daemon cannot be reached.
    case unreachable = 3
}
