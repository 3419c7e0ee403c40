import Foundation
import Testing

@Suite struct HotPathTests {
    @Test("no per-frame function calls the Swift runtime or the allocator")
    func hotFunctionsAreFree() throws {
        let names = HotPath.names(
            listedIn: try Repository.text(of: "Tests/StyleTests/hot-functions.txt"))
        #expect(!names.isEmpty, "hot-functions.txt lists the per-frame functions")
        let lines = try disassembly(of: ".build/release/vswitchd").split(separator: "\n")
        for finding in HotPath.findings(names: names, disassembly: lines) {
            #expect(finding.functionCount > 0, "\(finding.name) vanished: renamed or inlined?")
            #expect(finding.calls.isEmpty, "\(finding.name) calls \(finding.calls)")
        }
    }

    private let sample = [
        "0000000000401000 <$s8DataPath6WorkerV3runyyF>:",
        "  401000:\tcallq  401100 <$s8DataPath6WorkerV4stepyyF>",
        "  401005:\tcallq  401200 <swift_retain@plt>",
        "  40100a:\tjmp    401010 <$s8DataPath6WorkerV3runyyF+0x10>",
        "0000000000401100 <$s8DataPath6WorkerV4stepyyF>:",
        "  401100:\tcallq  401300 <memcpy@plt>",
        "0000000000401200 <malloc_user>:",
        "  401200:\tjmp    401400 <malloc@plt>",
    ]

    @Test("a call to the runtime or the allocator is found, a call to anything else is not")
    func findsForbiddenCalls() {
        let found = HotPath.findings(
            names: ["V3run", "V4step", "malloc_user"], disassembly: sample)
        #expect(found.map(\.functionCount) == [1, 1, 1])
        #expect(found.map(\.calls) == [["swift_retain"], [], ["malloc"]])
    }

    @Test("a function that is no longer there is noticed")
    func noticesVanished() {
        #expect(HotPath.findings(names: ["gone"], disassembly: sample).first?.functionCount == 0)
    }

    @Test("the list may have comments and blank lines")
    func readsList() {
        #expect(HotPath.names(listedIn: "# a\n\n b  # c\nd\n") == ["b", "d"])
    }

    private func disassembly(of path: String) throws -> String {
        let output = URL(filePath: NSTemporaryDirectory() + "vsw-objdump-\(getpid()).txt")
        try Data().write(to: output)
        defer { try? FileManager.default.removeItem(at: output) }
        let objdump = Process()
        objdump.executableURL = URL(filePath: "/usr/bin/env")
        objdump.arguments = [
            "objdump", "-d", "--no-show-raw-insn", "--section=.text", Repository.root + "/" + path,
        ]
        objdump.standardOutput = try FileHandle(forWritingTo: output)
        try objdump.run()
        objdump.waitUntilExit()
        try #require(objdump.terminationStatus == 0)
        return String(decoding: try Data(contentsOf: output), as: UTF8.self)
    }
}
