import Foundation
import Testing

/// How many instructions a frame of an established connection costs: counted, not timed, so that
/// the figure is the same on every machine.
@Suite struct ForwardingCostTests {
    /// The rooms that a frame walks through. The memory port of the test is none of them.
    private static let rooms = [
        "DataPath", "Packet", "FlowTable", "PolicyEngine", "Telemetry", "Capture",
    ]
    private static let frameCount = 4_096

    @Test("an established connection's frame costs no more instructions than committed")
    func costIsBounded() throws {
        let budget = try budget()
        let few = try instructions(frames: Self.frameCount)
        let many = try instructions(frames: 2 * Self.frameCount)
        let cost = (many - few) / Self.frameCount
        print("forwarding cost: \(cost) instructions a frame; committed: \(budget)")
        #expect(cost > 50, "the profile missed the functions that it counts")
        #expect(
            cost <= budget + budget / 20,
            "a frame costs \(cost) instructions, \(budget) are committed in forwarding-cost.txt")
    }

    /// The committed number: the first word of a line that is no comment.
    private func budget() throws -> Int {
        let text = try Repository.text(of: "Tests/StyleTests/forwarding-cost.txt")
        let lines = text.split(separator: "\n").filter { !$0.hasPrefix("#") }
        return try #require(lines.first.flatMap { Int($0.prefix { $0.isNumber }) })
    }

    /// The instructions in our rooms of a run of `ForwardingTrace` with so many frames. It runs
    /// without debugging information, which valgrind cannot read in this compiler's form.
    private func instructions(frames: Int) throws -> Int {
        let program = NSTemporaryDirectory() + "vsw-trace-\(getpid())"
        defer { try? FileManager.default.removeItem(atPath: program) }
        let built = Repository.root + "/.build/release/ForwardingTrace"
        try run("objcopy", "--strip-debug", built, program)
        let output = URL(filePath: NSTemporaryDirectory() + "vsw-callgrind-\(getpid())-\(frames)")
        defer { try? FileManager.default.removeItem(at: output) }
        try run(
            "valgrind", "--tool=callgrind", "--callgrind-out-file=\(output.path)", "-q", program,
            "\(frames)")
        let text = String(decoding: try Data(contentsOf: output), as: UTF8.self)
        return CallgrindProfile(text).instructions(of: Self.rooms)
    }

    private func run(_ words: String...) throws {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = words
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        try #require(process.terminationStatus == 0, "\(words[0]) failed")
    }
}
