import Foundation
import Testing

/// A program that reads captures, run on a file; the judges of what the switch writes.
///
/// A missing program fails the test: without it nothing is known about the files.
struct Tool {
    struct Outcome {
        var status: Int32
        var output: String
        var warnings: String

        var lines: [String] { output.split(separator: "\n").map(String.init) }
    }

    /// Runs `/usr/bin/NAME` with `arguments`, `file` for each argument `@`.
    static func run(_ name: String, _ arguments: [String], on file: [UInt8]) throws -> Outcome {
        let path = "/usr/bin/\(name)"
        try #require(
            FileManager.default.isExecutableFile(atPath: path),
            "\(path) is missing: apt-get install tshark tcpdump")
        let directory = FileManager.default.temporaryDirectory
            .appendingPathComponent("vswitch-capture-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: directory) }
        let capture = directory.appendingPathComponent("capture.pcapng")
        try Data(file).write(to: capture)
        let process = Process()
        process.executableURL = URL(fileURLWithPath: path)
        process.arguments = arguments.map { $0 == "@" ? capture.path : $0 }
        return try finish(process, in: directory)
    }

    /// Output goes to files, so that neither pipe can fill and stop the program.
    private static func finish(_ process: Process, in directory: URL) throws -> Outcome {
        let paths = ["output", "warnings"].map { directory.appendingPathComponent($0) }
        for path in paths { try Data().write(to: path) }
        process.standardOutput = try FileHandle(forWritingTo: paths[0])
        process.standardError = try FileHandle(forWritingTo: paths[1])
        process.standardInput = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        let texts = try paths.map { String(decoding: try Data(contentsOf: $0), as: UTF8.self) }
        return Outcome(
            status: process.terminationStatus, output: texts[0], warnings: withoutNoise(texts[1]))
    }

    /// What the programs always say: tcpdump the file's name, tshark that root runs it.
    private static func withoutNoise(_ text: String) -> String {
        text.split(separator: "\n")
            .filter { !$0.hasPrefix("reading from file ") && !$0.hasPrefix("Running as user ") }
            .joined(separator: "\n")
    }
}
