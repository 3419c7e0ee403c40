import ControlPlane
import Foundation
import GRDB
import Testing

/// What stands in the way of a start, and the sentence for it.
@Suite("StateError")
struct StateErrorTests {
    /// A closed database with the sample state in it.
    private func database(in temporary: borrowing TemporaryDirectory) throws -> String {
        let directory = try StateDirectory(temporary.path)
        let store = try StateStore(in: directory)
        _ = try store.change { $0 = .sample }
        store.close()
        return directory.databasePath
    }

    private func open(_ path: String) -> Result<StoredState, StateError> {
        Result { () throws(StateError) in
            let store = try StateStore(in: StateDirectory(path))
            defer { store.close() }
            return try store.load()
        }
    }

    @Test("no flipped byte is taken for state: it is refused, or it was not part of the state")
    func findsFlippedBytes() throws {
        let temporary = try TemporaryDirectory()
        let path = try database(in: temporary)
        let good = try contents(path)
        var refused = 0
        for place in stride(from: 0, to: good.count, by: max(good.count / 400, 1)) {
            var bad = good
            bad[place] ^= 1 << UInt8(place % 8)
            try write(bad, to: path)
            switch open(temporary.path) {
            case .success(let state): #expect(state == .sample, "flipped byte \(place)")
            case .failure: refused += 1
            }
        }
        #expect(refused > 10)
    }

    @Test("a flipped letter inside a value is found, which SQLite alone would not")
    func findsFlippedText() throws {
        let temporary = try TemporaryDirectory()
        let path = try database(in: temporary)
        var bytes = try contents(path)
        let text = try #require(bytes.firstRange(of: Array("2001:db8::1".utf8)))
        bytes[text.upperBound - 1] = UInt8(ascii: "2")
        try write(bytes, to: path)
        #expect(throws: StateError.self) { try open(temporary.path).get() }
    }

    @Test("a truncated database is refused at every length, also at none")
    func findsTruncation() throws {
        let temporary = try TemporaryDirectory()
        let path = try database(in: temporary)
        let good = try contents(path)
        for count in stride(from: 0, to: good.count, by: 509) {
            try write(Array(good.prefix(count)), to: path)
            switch open(temporary.path) {
            case .success: Issue.record("accepted \(count) of \(good.count) bytes")
            case .failure(let error):
                #expect([.damaged, .foreign].contains(error.kind), "\(count) bytes: \(error)")
            }
        }
    }

    @Test(
        "a database of a newer version, and one of another program, are refused as such",
        arguments: [
            (pragma: "user_version = 9", kind: StateError.Kind.newer(9)),
            (pragma: "application_id = 1", kind: .foreign),
            (pragma: "user_version = -1", kind: .newer(-1)),
        ])
    func findsOtherDatabases(pragma: String, kind: StateError.Kind) throws {
        let temporary = try TemporaryDirectory()
        let path = try database(in: temporary)
        let queue = try DatabaseQueue(path: path)
        try queue.writeWithoutTransaction { try $0.execute(sql: "PRAGMA \(pragma)") }
        try queue.close()
        let error = #expect(throws: StateError.self) { try open(temporary.path).get() }
        #expect(error?.kind == kind)
        #expect(error?.description.contains("--state") == true)
    }

    @Test("a file that is no database, and a directory in its place, are refused")
    func findsOtherFiles() throws {
        let temporary = try TemporaryDirectory()
        let path = "\(temporary.path)/state.sqlite"
        try write(Array("hello, I am a text file, and a long one at that".utf8), to: path)
        #expect(throws: StateError.self) { try open(temporary.path).get() }
        try FileManager.default.removeItem(atPath: path)
        try FileManager.default.createDirectory(
            atPath: path, withIntermediateDirectories: false)
        #expect(throws: StateError.self) { try open(temporary.path).get() }
    }

    @Test("a state directory that is a file is refused with its name")
    func refusesFileAsDirectory() throws {
        let temporary = try TemporaryDirectory()
        try write([1], to: "\(temporary.path)/file")
        let error = #expect(throws: StateError.self) { try open("\(temporary.path)/file").get() }
        #expect(error?.description.contains("\(temporary.path)/file") == true)
    }
}
