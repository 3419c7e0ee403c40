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
            #expect(try Int.fetchOne(database, sql: "PRAGMA user_version") == 2)
            #expect(try Int.fetchOne(database, sql: "PRAGMA application_id") == 0x5653_5754)
            #expect(try String.fetchOne(database, sql: "PRAGMA journal_mode") == "wal")
            let tables = try String.fetchAll(
                database, sql: "SELECT name FROM pragma_table_list WHERE strict ORDER BY name")
            #expect(tables == ["directory", "networks", "policies", "ports", "state"])
        }
        try queue.close()
    }

    @Test("a database of before there were directories is taken over, with all that is in it")
    func migrates() throws {
        let temporary = try TemporaryDirectory()
        let store = try StateStore(in: StateDirectory(temporary.path))
        _ = try store.change { state in
            state = .sample
            state.directory = nil
        }
        store.close()
        try edit(temporary, "DROP TABLE directory; PRAGMA user_version = 1")
        let newer = try StateStore(in: StateDirectory(temporary.path))
        defer { newer.close() }
        var expected = StoredState.sample
        expected.directory = nil
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
