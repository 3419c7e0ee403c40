import GRDB
import Synchronization

/// The daemon's memory: networks, ports and the applied policy in one SQLite database.
///
/// - Every change is one transaction that is on the disk when the call returns (`synchronous
///   FULL`), with the next generation and a new seal. When a change throws, the old state stands.
/// - The connection holds SQLite's exclusive lock, so the write-ahead log needs no shared memory
///   file, and nobody else changes what was read once.
/// - Cost of a change: the rows that differ, however large the state is.
/// - Thread: any; SQLite's calls are serialised, and block the caller.
package final class StateStore: Sendable {
    /// The path of the database.
    package let path: String
    private let database: DatabaseQueue
    /// What the database holds.
    private let stored: Mutex<StoredState>

    /// Opens the database in `directory`, makes or migrates it, and checks all of it.
    package init(in directory: borrowing StateDirectory) throws(StateError) {
        path = directory.databasePath
        do {
            if !FileSystem.exists(path) { try Self.make(path) }
            database = try DatabaseQueue(path: path, configuration: Self.configuration)
            stored = Mutex(
                try database.writeWithoutTransaction { [path] database in
                    try StateSchema.open(database, path: path)
                    return try StateSchema.verified(database, path: path)
                })
        } catch {
            throw StateError(error, path: path)
        }
    }

    /// Makes a new database under another name and moves it to `path` when it is complete, so that
    /// an empty file there is damage and never a fresh start.
    private static func make(_ path: String) throws {
        let draft = "\(path).new"
        // A log that outlived its database would be replayed into the new one.
        for suffix in [".new", ".new-journal", "-wal", "-shm", "-journal"] {
            FileSystem.remove(path + suffix)
        }
        // SQLite would make it readable for everyone.
        let descriptor = FileSystem.makeFile(draft, exclusively: true)
        guard descriptor >= 0 else { throw StateDirectory.failure(path, "create") }
        FileSystem.close(descriptor)
        defer { FileSystem.remove(draft) }
        let database = try DatabaseQueue(path: draft, configuration: configuration)
        try database.writeWithoutTransaction { try StateSchema.make($0) }
        try database.close()
        guard FileSystem.move(draft, to: path) == 0 else {
            throw StateDirectory.failure(path, "rename")
        }
    }

    private static var configuration: Configuration {
        var configuration = Configuration()
        configuration.label = "vswitchd.state"
        configuration.busyMode = .immediateError
        configuration.prepareDatabase { database in
            try database.execute(sql: "PRAGMA locking_mode = EXCLUSIVE")
            try database.execute(sql: "PRAGMA synchronous = FULL")
        }
        return configuration
    }

    /// Closes the database; what was changed is in it already.
    package func close() {
        try? database.close()
    }

    /// The state as it is stored, read anew.
    package func load() throws(StateError) -> StoredState {
        do {
            return try database.read { try StateSchema.verified($0, path: path) }
        } catch {
            throw StateError(error, path: path)
        }
    }

    /// The policies of a generation of the history, with their texts; nil when it is not there.
    package func policies(of generation: UInt32) throws(StateError) -> [StoredPolicy]? {
        do {
            return try database.read { database in
                try StateSchema.readPolicies(of: generation, database, path: path)
            }
        } catch {
            throw StateError(error, path: path)
        }
    }

    /// Makes one change and returns the state after it; all or nothing.
    ///
    /// - Parameter body: changes the state; it may throw to leave all as it was.
    package func change(
        _ body: (inout StoredState) -> Void
    ) throws(StateError) -> StoredState {
        do {
            return try database.writeWithoutTransaction { database in
                let before = stored.withLock { $0 }
                var after = before
                body(&after)
                let sorted = after.sorted
                try database.inTransaction {
                    try StateSchema.write(sorted, over: before, to: database)
                    return .commit
                }
                stored.withLock { $0 = sorted }
                return after
            }
        } catch {
            throw StateError(error, path: path)
        }
    }
}
