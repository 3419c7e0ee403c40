import ControlPlane
import Foundation
import GRDB
import Testing

@Suite("StateSchema")
struct StateSchemaTests {
    /// Changes the closed database behind the daemon's back.
    private func edit(_ temporary: borrowing TemporaryDirectory, _ sql: String) throws {
        let queue = try DatabaseQueue(path: "\(temporary.path)/state.sqlite")
        try queue.writeWithoutTransaction { database in
            try database.execute(sql: "PRAGMA foreign_keys = OFF")
            try database.execute(sql: sql)
        }
        try queue.close()
    }

    private func fill(_ temporary: borrowing TemporaryDirectory) throws {
        let store = try StateStore(in: StateDirectory(temporary.path))
        _ = try store.change { $0 = .sample }
        store.close()
    }

    @Test("a new database has the newest version, our mark and strict tables")
    func makesSchema() throws {
        let temporary = try TemporaryDirectory()
        try fill(temporary)
        let queue = try DatabaseQueue(path: "\(temporary.path)/state.sqlite")
        try queue.read { database in
            #expect(try Int.fetchOne(database, sql: "PRAGMA user_version") == 4)
            #expect(try Int.fetchOne(database, sql: "PRAGMA application_id") == 0x5653_5754)
            #expect(try String.fetchOne(database, sql: "PRAGMA journal_mode") == "wal")
            let tables = try String.fetchAll(
                database, sql: "SELECT name FROM pragma_table_list WHERE strict ORDER BY name")
            #expect(
                tables == [
                    "confirmation", "directory", "generation_files", "generations", "networks",
                    "policies", "ports", "state", "texts",
                ])
        }
        try queue.close()
    }

    /// What takes a database back to an earlier version.
    private static let undoVersion3 =
        "DROP TABLE confirmation; DROP TABLE generation_files; DROP TABLE generations; "
        + "DROP TABLE texts; ALTER TABLE policies DROP COLUMN audited; PRAGMA user_version = 2;"

    @Test(
        "a database of an earlier version is taken over, with all that is in it",
        arguments: [1, 2, 3])
    func migrates(version: Int) throws {
        let temporary = try TemporaryDirectory()
        var expected = StoredState.sample
        if version < 3 {
            expected.policies[1].isAudited = false
            expected.history = []
            expected.confirmation = nil
        }
        if version < 2 { expected.directory = nil }
        let store = try StateStore(in: StateDirectory(temporary.path))
        _ = try store.change { $0 = expected }
        store.close()
        let seal = expected.seal(asOf: version)
        try edit(temporary, "PRAGMA user_version = 3; UPDATE state SET seal = \(seal)")
        if version < 3 { try edit(temporary, Self.undoVersion3) }
        if version < 2 { try edit(temporary, "DROP TABLE directory; PRAGMA user_version = 1") }
        let newer = try StateStore(in: StateDirectory(temporary.path))
        defer { newer.close() }
        #expect(try newer.load() == expected)
        #expect(try newer.change { $0 = .sample } == .sample)
    }

    @Test(
        "a row that was changed behind the daemon's back is damage, whatever was changed",
        arguments: [
            "UPDATE ports SET mac = '52:54:00:00:00:99' WHERE mac IS NOT NULL",
            "UPDATE ports SET mac = 'nonsense'", "UPDATE ports SET mac = NULL",
            "UPDATE ports SET addresses = '10.0.0'", "UPDATE ports SET labels = 'role'",
            "UPDATE ports SET phase = 'unknown'", "UPDATE ports SET mode = ''",
            "UPDATE ports SET network = 'nowhere'", "UPDATE ports SET vm = 'other'",
            "UPDATE ports SET generation = -1", "DELETE FROM ports", "DELETE FROM state",
            "UPDATE networks SET vni = 16777216 WHERE vni = 77", "DELETE FROM networks",
            "UPDATE networks SET mtu = mtu + 1", "UPDATE policies SET text = text || ' '",
            "UPDATE policies SET position = position + 10", "UPDATE state SET seal = seal + 1",
            "UPDATE state SET generation = generation - 1", "DROP TABLE policies",
            "UPDATE directory SET text = text || ' '", "UPDATE directory SET path = ''",
            "UPDATE directory SET generation = 9", "DELETE FROM directory", "DROP TABLE directory",
        ])
    func findsEdits(sql: String) throws {
        let temporary = try TemporaryDirectory()
        try fill(temporary)
        try edit(temporary, sql)
        let error = Result { () throws(StateError) in
            let store = try StateStore(in: StateDirectory(temporary.path))
            defer { store.close() }
            return try store.load()
        }
        switch error {
        case .success(let state): #expect(state == .sample, "accepted: \(sql)")
        case .failure(let error): #expect([.damaged, .failed].contains(error.kind), "\(error)")
        }
    }
}
