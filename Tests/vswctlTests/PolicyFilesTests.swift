import ControlAPI
import Foundation
import Testing
import vswctl

@Suite("PolicyFiles")
struct PolicyFilesTests {
    /// Runs `body` with a directory that holds `files`, and removes it.
    func with(_ files: [String: Data], _ body: (String) throws -> Void) throws {
        let folder = NSTemporaryDirectory() + "/vswctl-\(UUID().uuidString)"
        try FileManager.default.createDirectory(
            atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        for (name, data) in files {
            try data.write(to: URL(fileURLWithPath: folder + "/" + name))
        }
        try body(folder)
    }

    /// The sentence with which reading `paths` fails.
    func refusal(_ paths: [String]) -> String {
        let error = #expect(throws: (any Error).self) { try PolicyFiles(paths).texts() }
        return error.map { "\($0)" } ?? ""
    }

    @Test(
        "a directory stands for its *.yaml and *.yml by name; hidden and other files are left out")
    func readsDirectories() throws {
        let names = ["b.yaml", "a.yaml", ".hidden.yaml", "c.yml", "notes.md", "a.yaml~"]
        try with(Dictionary(uniqueKeysWithValues: names.map { ($0, Data($0.utf8)) })) { folder in
            for path in [folder, folder + "/"] {
                let files = try PolicyFiles([path]).texts()
                let read = ["a.yaml", "b.yaml", "c.yml"]
                #expect(files.map(\.path) == read.map { folder + "/" + $0 })
                #expect(files.map(\.text) == read)
            }
        }
    }

    @Test("a file is read whatever its name, and paths stay as they were typed")
    func readsFiles() throws {
        try with(["x.txt": Data("policy: é".utf8)]) { folder in
            let typed = folder + "/./x.txt"
            let files = try PolicyFiles([typed]).texts()
            #expect(files == [PolicyFileText(path: typed, text: "policy: é")])
        }
    }

    @Test("a path that does not exist is named")
    func missing() {
        let sentence = refusal(["/nowhere/a.yaml"])
        #expect(sentence.contains("cannot read /nowhere/a.yaml: No such file or directory"))
    }

    @Test("a directory without policies is refused: it would close every port")
    func emptyDirectory() throws {
        try with(["notes.md": Data()]) { folder in
            #expect(refusal([folder]).contains("there is no *.yaml or *.yml file in \(folder)"))
        }
    }

    @Test("1 MiB is taken, and a byte more is not")
    func limit() throws {
        let whole = Data(repeating: 0x23, count: PolicyFileText.byteCountMax)
        try with(["fits.yaml": whole, "large.yaml": whole + [0x23]]) { folder in
            let files = try PolicyFiles([folder + "/fits.yaml"]).texts()
            #expect(files.first?.text.utf8.count == PolicyFileText.byteCountMax)
            #expect(refusal([folder + "/large.yaml"]).contains("larger than 1 MiB"))
        }
    }

    @Test("a file without end is given up at the limit")
    func endless() {
        #expect(refusal(["/dev/zero"]).contains("larger than 1 MiB"))
    }

    @Test("a file that is not text is refused")
    func notText() throws {
        try with(["a.yaml": Data([0x61, 0xFF, 0xFE])]) { folder in
            #expect(refusal([folder]).contains("not UTF-8"))
        }
    }
}
