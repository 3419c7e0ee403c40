import Foundation
import Testing

/// One run of the built `vswctl`: what it printed, and how it ended.
struct CommandLineRun: Sendable {
    let status: Int32
    let output: String
    let error: String

    /// The program, which is built beside the tests.
    static var program: URL {
        let tests = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe"))
        return URL(fileURLWithPath: tests ?? "").deletingLastPathComponent()
            .appendingPathComponent("vswctl")
    }

    /// Runs `vswctl` with `arguments` against the socket at `socket`, and waits for its end.
    init(_ arguments: [String], socket: String = "/nowhere/control.sock") throws {
        let running = try RunningCommand(arguments, socket: socket)
        self = running.wait()
    }

    /// Runs `vswctl` against a daemon that gives `replies`; also returns what it was asked.
    static func against(
        _ replies: [String: StubDaemon.Reply], _ arguments: String...
    ) throws -> (run: CommandLineRun, requests: [String]) {
        let daemon = try StubDaemon(replies)
        defer { daemon.stop() }
        let run = try CommandLineRun(arguments, socket: daemon.path)
        return (run, daemon.requests)
    }

    fileprivate init(status: Int32, output: Data, error: Data) {
        self.status = status
        self.output = String(decoding: output, as: UTF8.self)
        self.error = String(decoding: error, as: UTF8.self)
    }
}

/// A `vswctl` that runs.
struct RunningCommand {
    let process = Process()
    let output = Pipe()
    let error = Pipe()

    /// Starts it; what it prints goes to `file` if there is one, else to `output`.
    init(_ arguments: [String], socket: String, output file: FileHandle? = nil) throws {
        process.executableURL = CommandLineRun.program
        process.arguments = arguments
        process.environment = ["VSWITCH_SOCKET": socket, "TZ": "UTC"]
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = file ?? output
        process.standardError = error
        try process.run()
        if file != nil { try output.fileHandleForWriting.close() }
    }

    /// Waits for the end; what was read from `output` before is not part of the result.
    func wait() -> CommandLineRun {
        let text = output.fileHandleForReading.readDataToEndOfFile()
        let sentence = error.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return CommandLineRun(
            status: process.terminationStatus, output: text, error: sentence)
    }
}
