import Foundation
import Glibc

/// What a program printed and how it ended.
struct ShellResult: CustomStringConvertible {
    let command: String
    /// The exit status; 124 when the time limit ended it.
    let status: Int32
    let output: String
    let errors: String

    var isSuccess: Bool { status == 0 }
    /// The lines of the standard output that are not blank.
    var lines: [String] { output.split(separator: "\n").map(String.init) }
    var description: String { "\(command): status \(status)\n\(output)\(errors)" }
}

/// A program that had to succeed did not.
struct ShellFailure: Error, CustomStringConvertible {
    let result: ShellResult
    var description: String { result.description }
}

/// Runs programs to their end, each within a time limit.
enum Shell {
    /// Every file that this test process makes lies below this folder.
    static let scratch: URL = {
        let folder = URL(filePath: "/tmp/vswtest-\(getpid())")
        try? FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        atexit { try? FileManager.default.removeItem(atPath: "/tmp/vswtest-\(getpid())") }
        return folder
    }()

    static func run(
        _ command: [String], seconds: Int = 20, environment: [String: String] = [:]
    ) throws -> ShellResult {
        let program = try Background(
            ["timeout", "--kill-after=2", "\(seconds)"] + command, environment: environment)
        program.endInput()
        let result = program.end(seconds: Double(seconds + 5))
        guard let result else { throw ShellFailure(result: program.result(status: -1)) }
        return result
    }

    /// The same for a program that must succeed; answers what it printed.
    @discardableResult
    static func must(_ command: String..., seconds: Int = 20) throws -> String {
        let result = try run(command, seconds: seconds)
        guard result.isSuccess else { throw ShellFailure(result: result) }
        return result.output
    }
}

/// Files for what a program prints: no pipe fills up, and all of it can be read at any time.
struct OutputFiles {
    let outputPath: String
    let errorPath: String

    init() {
        let base = Shell.scratch.appending(path: UUID().uuidString).path
        (outputPath, errorPath) = (base + ".out", base + ".err")
    }

    var output: String { Self.text(outputPath) }
    var errors: String { Self.text(errorPath) }

    func remove() {
        for path in [outputPath, errorPath] { unlink(path) }
    }

    private static func text(_ path: String) -> String {
        String(decoding: FileManager.default.contents(atPath: path) ?? Data(), as: UTF8.self)
    }
}

/// Waits until something holds, looking every 20 ms; answers whether it came to hold.
func waitUntil(seconds: Double, _ condition: () throws -> Bool) rethrows -> Bool {
    let end = Date(timeIntervalSinceNow: seconds)
    while true {
        if try condition() { return true }
        if Date() > end { return false }
        usleep(20_000)
    }
}
