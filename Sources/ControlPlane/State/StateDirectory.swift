import Glibc

/// The directory that holds the daemon's state, locked for this daemon as long as the value lives.
///
/// - Shape: directory 0700 with `state.sqlite` (0600) and `lock` (0600). The lock is the kernel's
///   (`flock`), so it ends with the process however that ends.
package struct StateDirectory: ~Copyable {
    /// The directory's path.
    package let path: String
    private let lock: CInt

    /// Makes the directory if it is missing, and locks it.
    package init(_ path: String) throws(StateError) {
        self.path = path
        guard FileSystem.makeDirectories(path, mode: 0o700) else {
            throw Self.failure(path, "mkdir")
        }
        guard FileSystem.canWrite(in: path) else { throw Self.failure(path, "access") }
        lock = try Self.lock(path)
    }

    deinit { FileSystem.close(lock) }

    /// The path of the database.
    package var databasePath: String { "\(path)/state.sqlite" }

    private static func lock(_ path: String) throws(StateError) -> CInt {
        let descriptor = FileSystem.makeFile("\(path)/lock")
        guard descriptor >= 0 else { throw failure(path, "open lock") }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            defer { FileSystem.close(descriptor) }
            throw failure(path, "flock")
        }
        return descriptor
    }

    /// The error for what the system just reported.
    static func failure(_ path: String, _ operation: String) -> StateError {
        let code = errno
        let kind: StateError.Kind =
            switch code {
            case ENOSPC, EDQUOT: .full
            case EACCES, EROFS, EPERM: .readOnly
            case EWOULDBLOCK: .locked
            default: .failed
            }
        return StateError(kind, path: path, detail: "\(operation): \(systemMessage(code))")
    }
}
