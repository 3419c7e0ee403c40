import Foundation
import Glibc

/// A program that runs beside the test, until it is stopped or ends by itself.
final class Background {
    private let process: ChildProcess
    private let files = OutputFiles()
    private var input: FileHandle?

    init(_ command: [String], environment: [String: String] = [:]) throws {
        let pipe = Pipe()
        // Or the next program would hold this one's input open.
        for end in [pipe.fileHandleForReading, pipe.fileHandleForWriting] {
            _ = fcntl(end.fileDescriptor, F_SETFD, FD_CLOEXEC)
        }
        process = try ChildProcess(
            command, environment: environment, files: files,
            input: pipe.fileHandleForReading.fileDescriptor)
        input = pipe.fileHandleForWriting
    }

    deinit {
        kill()
        files.remove()
    }

    var isRunning: Bool { process.status == nil }
    var output: String { files.output }
    var errors: String { files.errors }

    /// Sends a line to its standard input.
    func send(_ line: String) { try? input?.write(contentsOf: Data((line + "\n").utf8)) }

    /// Closes its standard input.
    func endInput() {
        try? input?.close()
        input = nil
    }

    /// Waits until it has printed this many lines; answers them.
    func lines(_ count: Int, seconds: Double = 5) throws -> [String] {
        _ = waitUntil(seconds: seconds) { printed.count >= count || !isRunning }
        let lines = printed
        guard lines.count >= count else { throw ShellFailure(result: result(status: -1)) }
        return lines
    }

    /// Waits for its end; answers nil when it still runs after the time.
    func end(seconds: Double) -> ShellResult? {
        process.end(seconds: seconds).map(result)
    }

    /// Asks it to end; it is killed when it does not within the time.
    func terminate(seconds: Double = 10) -> ShellResult? {
        process.signal(SIGTERM)
        let result = end(seconds: seconds)
        if result == nil { kill() }
        return result
    }

    /// As Ctrl-C does.
    func interrupt() { process.signal(SIGINT) }

    /// Ends it without asking (`kill -9`).
    func kill() {
        process.signal(SIGKILL)
        _ = process.end(seconds: 5)
    }

    func result(status: Int32) -> ShellResult {
        ShellResult(
            command: process.command.joined(separator: " "), status: status, output: output,
            errors: errors)
    }

    private var printed: [String] {
        output.split(separator: "\n").map(String.init)
    }
}
