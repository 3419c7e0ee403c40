import Foundation
import Testing
import vswctl

@Suite("TextFile")
struct TextFileTests {
    /// The sentence with which a file of these bytes is refused, or its text.
    private func read(_ bytes: Data) throws -> String {
        let path = NSTemporaryDirectory() + "/text-\(UUID().uuidString)"
        try bytes.write(to: URL(fileURLWithPath: path))
        defer { try? FileManager.default.removeItem(atPath: path) }
        do {
            return try TextFile(path, of: "a directory file").text(upTo: 1 << 20)
        } catch {
            return "\(error)"
        }
    }

    @Test("a text is read as it is; one that is no UTF-8 or too large is refused by kind")
    func reads() throws {
        #expect(try read(Data("hosts: é\n".utf8)) == "hosts: é\n")
        #expect(try read(Data([0xff])).contains("is not UTF-8 text; a directory file is YAML"))
        let large = Data(repeating: 0x23, count: (1 << 20) + 1)
        #expect(try read(large).contains("larger than 1 MiB; a directory file should be shorter"))
        #expect(try read(large.dropLast()).count == 1 << 20)
    }
}
