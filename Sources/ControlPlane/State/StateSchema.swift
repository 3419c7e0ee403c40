import GRDB

/// The schema of the state database and its versions.
///
/// `PRAGMA user_version` holds the version: how many of ``migrations`` were run. `application_id`
/// tells our databases from others.
package enum StateSchema {
    /// `VSWT` in ASCII.
    static let applicationID = 0x5653_5754

    /// The steps from each version to the next; a step that was released never changes.
    static let migrations = [version1, version2, version3, version4]

    /// The newest version.
    package static let version = migrations.count

    private static let version1 = """
        CREATE TABLE state (
            id INTEGER PRIMARY KEY CHECK (id = 1), generation INTEGER NOT NULL,
            policy_generation INTEGER NOT NULL, seal INTEGER NOT NULL) STRICT;
        CREATE TABLE networks (
            name TEXT PRIMARY KEY NOT NULL, vni INTEGER NOT NULL UNIQUE,
            mtu INTEGER NOT NULL) STRICT;
        CREATE TABLE ports (
            device TEXT PRIMARY KEY NOT NULL, phase TEXT NOT NULL, mode TEXT NOT NULL,
            namespace TEXT, vm TEXT, network TEXT NOT NULL REFERENCES networks (name),
            mac TEXT, addresses TEXT NOT NULL, labels TEXT NOT NULL,
            generation INTEGER NOT NULL) STRICT;
        CREATE TABLE policies (
            position INTEGER PRIMARY KEY NOT NULL, path TEXT NOT NULL,
            text TEXT NOT NULL) STRICT;
        """

    private static let version2 = """
        CREATE TABLE directory (
            id INTEGER PRIMARY KEY CHECK (id = 1), path TEXT NOT NULL, text TEXT NOT NULL,
            generation INTEGER NOT NULL) STRICT;
        """

    private static let version3 = """
        ALTER TABLE policies ADD COLUMN audited INTEGER NOT NULL DEFAULT 0;
        CREATE TABLE texts (digest TEXT PRIMARY KEY NOT NULL, text TEXT NOT NULL) STRICT;
        CREATE TABLE generations (
            generation INTEGER PRIMARY KEY NOT NULL, applied_at INTEGER NOT NULL,
            origin TEXT NOT NULL) STRICT;
        CREATE TABLE generation_files (
            generation INTEGER NOT NULL REFERENCES generations (generation),
            position INTEGER NOT NULL, path TEXT NOT NULL,
            digest TEXT NOT NULL REFERENCES texts (digest), audited INTEGER NOT NULL,
            PRIMARY KEY (generation, position)) STRICT;
        CREATE INDEX generation_texts ON generation_files (digest);
        CREATE TABLE confirmation (
            id INTEGER PRIMARY KEY CHECK (id = 1), generation INTEGER NOT NULL,
            fallback INTEGER NOT NULL, deadline INTEGER NOT NULL) STRICT;
        """

    /// The seal is over the digests of texts (``StoredState/seal(asOf:)``); no table changes.
    private static let version4 = ""

    /// Fills an empty database.
    static func make(_ database: Database) throws {
        try database.inTransaction {
            try migrate(database, from: 0)
            try write(.initial, over: StoredState(), to: database)
            return .commit
        }
    }

    /// Checks the database, brings it to the newest version, and turns the write-ahead log on.
    static func open(_ database: Database, path: String) throws {
        let found = try version(of: database, path: path)
        try check(database, path: path)
        _ = try String.fetchOne(database, sql: "PRAGMA journal_mode = WAL")
        guard found < version else { return }
        try database.inTransaction {
            try migrate(database, from: found)
            let state = try verified(database, asOf: found, path: path)
            try write(state, over: state, to: database)
            return .commit
        }
    }

    /// The stored state, if it matches its seal.
    static func verified(
        _ database: Database, asOf version: Int = version, path: String
    ) throws -> StoredState {
        let (state, seal) = try read(database, path: path)
        guard state.seal(asOf: version) == seal else {
            throw StateError(.damaged, path: path, detail: "its content does not match its seal")
        }
        return state
    }

    private static func migrate(_ database: Database, from version: Int) throws {
        for step in migrations[version...] { try database.execute(sql: step) }
        try database.execute(sql: "PRAGMA application_id = \(applicationID)")
        try database.execute(sql: "PRAGMA user_version = \(migrations.count)")
    }

    /// The database's version, once it is sure that it is ours and not from the future.
    private static func version(of database: Database, path: String) throws -> Int {
        let version = try Int.fetchOne(database, sql: "PRAGMA user_version") ?? 0
        let id = try Int.fetchOne(database, sql: "PRAGMA application_id") ?? 0
        if version == 0, id == 0, try isEmpty(database) {
            throw StateError(.damaged, path: path, detail: "it is empty")
        }
        guard id == applicationID else {
            throw StateError(.foreign, path: path, detail: "its application_id is \(id)")
        }
        guard (1...Self.version).contains(version) else {
            let detail = "this vswitchd knows versions up to \(Self.version)"
            throw StateError(.newer(version), path: path, detail: detail)
        }
        return version
    }

    private static func isEmpty(_ database: Database) throws -> Bool {
        try Int.fetchOne(database, sql: "SELECT count(*) FROM sqlite_schema") == 0
    }

    /// SQLite's own checks: pages, indices, column types, references.
    private static func check(_ database: Database, path: String) throws {
        let verdict = try String.fetchOne(database, sql: "PRAGMA integrity_check(1)")
        guard verdict == "ok" else {
            throw StateError(.damaged, path: path, detail: verdict ?? "no verdict")
        }
        guard try Row.fetchOne(database, sql: "PRAGMA foreign_key_check") == nil else {
            throw StateError(.damaged, path: path, detail: "a reference leads nowhere")
        }
    }
}

extension StoredState {
    /// The state of a new database: the default network, nothing else.
    package static var initial: StoredState {
        var state = StoredState()
        state.networks = [.default]
        return state
    }
}
