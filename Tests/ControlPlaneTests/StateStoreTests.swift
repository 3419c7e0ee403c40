import ControlPlane
import Foundation
import GRDB
import Testing

@Suite("StateStore")
struct StateStoreTests {
    private func filled(_ directory: borrowing StateDirectory) throws -> StateStore {
        let store = try StateStore(in: directory)
        _ = try store.change { $0 = .sample }
        return store
    }

    @Test("a new store holds the default network and nothing else")
    func startsWithTheDefaultNetwork() throws {
        let temporary = try TemporaryDirectory()
        let store = try StateStore(in: StateDirectory("\(temporary.path)/a/b"))
        #expect(try store.load() == .initial)
        #expect(try store.load().networks == [.default])
        #expect(try mode(of: "\(temporary.path)/a/b") == 0o700)
        #expect(try mode(of: "\(temporary.path)/a/b/state.sqlite") == 0o600)
    }

    @Test("what was changed is there after the daemon died without closing")
    func survivesDeath() throws {
        let temporary = try TemporaryDirectory()
        let directory = try StateDirectory(temporary.path)
        let store = try filled(directory)
        // The files as a killed process leaves them: nothing was closed or checkpointed.
        let copy = try TemporaryDirectory()
        for name in try FileManager.default.contentsOfDirectory(atPath: temporary.path) {
            try FileManager.default.copyItem(
                atPath: "\(temporary.path)/\(name)", toPath: "\(copy.path)/\(name)")
        }
        #expect(try StateStore(in: StateDirectory(copy.path)).load() == .sample)
        store.close()
    }

    @Test("each kind of change is found again, and only that one happened")
    func roundTrips() throws {
        let temporary = try TemporaryDirectory()
        let directory = try StateDirectory(temporary.path)
        let store = try filled(directory)
        var expected = StoredState.sample
        expected.ports.remove(at: 1)
        expected.generation += 1
        #expect(try store.change { $0 = expected } == expected)
        expected.policies.reverse()
        expected.policyGeneration = 9
        #expect(try store.change { $0 = expected } == expected)
        expected.networks[1].mtu = 1280
        #expect(try store.change { $0 = expected } == expected)
        store.close()
        let again = try StateStore(in: directory)
        #expect(try again.load() == expected)
    }

    @Test("a path in another spelling of Unicode is another path, and is written")
    func tellsSpellingsApart() throws {
        let temporary = try TemporaryDirectory()
        let directory = try StateDirectory(temporary.path)
        let store = try filled(directory)
        let spellings = ["a \u{fc}.yaml", "a u\u{308}.yaml"]
        #expect(spellings[0] == spellings[1], "Swift takes them for equal")
        for path in spellings {
            _ = try store.change { $0.policies[1].path = path }
        }
        store.close()
        let loaded = try StateStore(in: directory).load()
        #expect(loaded.policies[1].path.utf8.elementsEqual(spellings[1].utf8))
    }

    @Test("a change that breaks a rule of the schema leaves the old state")
    func rollsBack() throws {
        let temporary = try TemporaryDirectory()
        let store = try filled(StateDirectory(temporary.path))
        #expect(throws: StateError.self) {
            try store.change { $0.ports[0].network = "nowhere" }
        }
        #expect(throws: StateError.self) {
            try store.change { $0.networks[1].vni = $0.networks[0].vni }
        }
        #expect(throws: StateError.self) { try store.change { $0.networks = [] } }
        #expect(try store.load() == .sample)
    }

    @Test("two daemons cannot share a directory")
    func locks() throws {
        let temporary = try TemporaryDirectory()
        let first = try StateDirectory(temporary.path)
        let error = #expect(throws: StateError.self) { _ = try StateDirectory(temporary.path) }
        #expect(error?.kind == .locked)
        #expect(error?.description.contains("another vswitchd uses") == true)
        #expect(first.path == temporary.path)
    }

    @Test("the lock ends with its owner")
    func unlocks() throws {
        let temporary = try TemporaryDirectory()
        do { _ = try StateDirectory(temporary.path) }
        _ = try StateDirectory(temporary.path)
    }

    @Test("an old log beside a missing database is not replayed into the new one")
    func ignoresStaleLog() throws {
        let temporary = try TemporaryDirectory()
        let directory = try StateDirectory(temporary.path)
        let store = try filled(directory)
        let log = try contents("\(directory.databasePath)-wal")
        store.close()
        try FileManager.default.removeItem(atPath: directory.databasePath)
        try write(log, to: "\(directory.databasePath)-wal")
        #expect(try StateStore(in: directory).load() == .initial)
    }
}
