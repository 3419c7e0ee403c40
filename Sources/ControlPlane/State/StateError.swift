import GRDB

/// The state directory or its database cannot be used: what, why, and what to do.
package struct StateError: Error, Equatable {
    /// What kind of trouble it is; decides the sentence.
    package enum Kind: Equatable, Sendable {
        /// The file system is full.
        case full
        /// The directory or the database may not be written.
        case readOnly
        /// The database's content contradicts itself.
        case damaged
        /// A later version of vswitchd wrote the database; its schema has this number.
        case newer(Int)
        /// The file is a database, but not one of ours.
        case foreign
        /// Another vswitchd uses the directory.
        case locked
        /// Anything else the system reported.
        case failed
    }

    /// The trouble.
    package let kind: Kind
    /// The file or directory it concerns.
    package let path: String
    /// What the system or the database said.
    package let detail: String

    /// An error of these parts.
    package init(_ kind: Kind, path: String, detail: String) {
        self.kind = kind
        self.path = path
        self.detail = detail
    }
}

extension StateError: CustomStringConvertible {
    /// One sentence for people: what, why, what to do.
    package var description: String { "\(what) (\(detail)): \(remedy)" }

    private var what: String {
        switch kind {
        case .full: "no space left to keep the state in \(path)"
        case .readOnly: "the state in \(path) cannot be written"
        case .damaged: "the state database \(path) is damaged"
        case .newer(let version): "the state database \(path) has schema version \(version)"
        case .foreign: "\(path) is not a state database of vswitchd"
        case .locked: "another vswitchd uses the state directory \(path)"
        case .failed: "the state in \(path) cannot be used"
        }
    }

    private var remedy: String {
        switch kind {
        case .full: "free some space on that file system and try again; nothing was changed"
        case .readOnly: "make the directory writable for vswitchd, or name another with --state"
        case .damaged: "restore it from a backup, or move it away to start with an empty state"
        case .newer: "start the vswitchd that wrote it, or name another directory with --state"
        case .foreign: "move the file away, or name another directory with --state"
        case .locked: "stop that one, or name another directory with --state"
        case .failed: "correct the cause and try again; nothing was changed"
        }
    }
}

extension StateError {
    /// The error that stands for what SQLite reported about the database at `path`.
    package init(_ error: any Error, path: String) {
        switch error {
        case let error as StateError: self = error
        case let error as DatabaseError:
            self.init(Self.kind(of: error), path: path, detail: Self.detail(of: error))
        default: self.init(.failed, path: path, detail: "\(error)")
        }
    }

    /// `NOTADB` and `CORRUPT` mean damage; `IOERR` is the file system's fault, and how a full one
    /// shows when SQLite meets it outside of a plain write.
    private static func kind(of error: DatabaseError) -> Kind {
        switch error.resultCode {
        case .SQLITE_FULL: .full
        case .SQLITE_IOERR:
            [.SQLITE_IOERR_SHMSIZE, .SQLITE_IOERR_WRITE].contains(error.extendedResultCode)
                ? .full : .failed
        case .SQLITE_READONLY, .SQLITE_PERM, .SQLITE_CANTOPEN: .readOnly
        case .SQLITE_CORRUPT, .SQLITE_NOTADB: .damaged
        case .SQLITE_BUSY, .SQLITE_LOCKED: .locked
        default: .failed
        }
    }

    private static func detail(of error: DatabaseError) -> String {
        "SQLite: \(error.message ?? "error") [\(error.extendedResultCode.rawValue)]"
    }
}
