import ControlPlane
import Foundation
import Testing

@Suite("PrivateFile")
struct PrivateFileTests: ~Copyable {
    private let home: TemporaryDirectory

    init() throws { home = try TemporaryDirectory() }

    @Test("what is written is read, with mode 0600 and nothing left beside it")
    func writes() throws {
        let file = PrivateFile("a", in: home.path)
        #expect(try file.read() == nil && !file.exists)
        try file.write([1, 2, 3])
        try file.write([4])
        #expect(try file.read() == [4] && file.exists)
        #expect(try mode(of: file.path) == 0o600)
        #expect(try FileManager.default.contentsOfDirectory(atPath: home.path) == ["a"])
    }

    @Test("a file that is there is not made again, and its content stays")
    func creates() throws {
        let file = PrivateFile(path: "\(home.path)/a")
        try file.create([1])
        #expect(throws: PrivateFileError.self) { try file.create([2]) }
        #expect(try file.read() == [1])
        try file.remove()
        try file.remove()
        #expect(!file.exists)
    }

    @Test("an error names the file and the reason")
    func tells() {
        let file = PrivateFile("a", in: "/nowhere")
        let error = #expect(throws: PrivateFileError.self) { try file.write([1]) }
        #expect(
            error?.description
                == "/nowhere/a cannot be used (create: No such file or directory)")
    }

    @Test("a draft that cannot be made leaves the old content")
    func keepsTheOld() throws {
        let file = PrivateFile("a", in: home.path)
        try file.write([1])
        // A directory in the draft's place keeps it from being made.
        try FileManager.default.createDirectory(
            atPath: "\(file.path).new", withIntermediateDirectories: false)
        #expect(throws: PrivateFileError.self) { try file.write([2]) }
        #expect(try file.read() == [1])
    }
}
