import Foundation
import Glibc

/// A child process with the signals of a fresh shell.
///
/// Foundation's `Process` hands down the signal mask of the calling thread; on a thread pool that
/// blocks SIGTERM and SIGALRM, so that neither `timeout` nor a clean stop would work.
final class ChildProcess {
    let command: [String]
    private let pid: pid_t
    private var waitStatus: Int32?

    /// Starts a program; its output goes to the files, its input comes from a descriptor.
    init(_ command: [String], environment: [String: String], files: OutputFiles, input: CInt) throws
    {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_adddup2(&actions, input, 0)
        for (descriptor, path) in [(CInt(1), files.outputPath), (2, files.errorPath)] {
            let flags = O_WRONLY | O_CREAT | O_APPEND
            posix_spawn_file_actions_addopen(&actions, descriptor, path, flags, 0o600)
        }
        self.command = command
        pid = try Self.spawn(command, environment, &actions)
    }

    private static func spawn(
        _ command: [String], _ environment: [String: String],
        _ actions: inout posix_spawn_file_actions_t
    ) throws -> pid_t {
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var signals = sigset_t()
        sigemptyset(&signals)
        posix_spawnattr_setsigmask(&attributes, &signals)
        sigfillset(&signals)
        posix_spawnattr_setsigdefault(&attributes, &signals)
        let flags = POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF
        posix_spawnattr_setflags(&attributes, Int16(flags))
        let variables = ProcessInfo.processInfo.environment.merging(environment) { $1 }
        var arguments = command.map { strdup($0) } + [nil]
        var strings = variables.map { strdup("\($0)=\($1)") } + [nil]
        defer { for string in arguments + strings { free(string) } }
        var pid = pid_t()
        let error = posix_spawnp(&pid, command[0], &actions, &attributes, &arguments, &strings)
        guard error == 0 else {
            let sentence = String(cString: strerror(error))
            throw ShellFailure(
                result: ShellResult(command: command[0], status: -1, output: "", errors: sentence))
        }
        return pid
    }

    /// The exit status, or 128 and the signal that ended it; nil while it runs.
    var status: Int32? {
        if waitStatus == nil {
            var status: Int32 = 0
            if waitpid(pid, &status, WNOHANG) == pid { waitStatus = status }
        }
        return waitStatus.map { $0 & 0x7F == 0 ? ($0 >> 8) & 0xFF : 128 + ($0 & 0x7F) }
    }

    /// Waits for its end; nil when it still runs after the time.
    func end(seconds: Double) -> Int32? {
        let deadline = Date(timeIntervalSinceNow: seconds)
        while status == nil, Date() < deadline { usleep(2_000) }
        return status
    }

    func signal(_ number: CInt) {
        if status == nil { Glibc.kill(pid, number) }
    }
}
