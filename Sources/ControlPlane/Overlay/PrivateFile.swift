import Glibc

/// A small file of secrets in the state directory: mode 0600, owned by this daemon's user, never
/// reached through a link, and replaced as a whole.
///
/// A replacement is on the disk, or the old content is: written to a draft, flushed, moved into
/// place, and the directory flushed.
package struct PrivateFile: Sendable {
    /// The most bytes that are read.
    static let byteCountMax = 256

    /// The file's path.
    package let path: String
    private let directory: String

    /// The file of this name in `directory`.
    package init(_ name: String, in directory: String) {
        path = "\(directory)/\(name)"
        self.directory = directory
    }

    /// The file at `path`.
    package init(path: String) {
        self.path = path
        let end = path.lastIndex(of: "/") ?? path.startIndex
        directory = end == path.startIndex ? "/" : String(path[..<end])
    }

    /// Whether something has this path.
    package var exists: Bool { FileSystem.exists(path) }

    /// The content; nil when there is no such file.
    package func read() throws(PrivateFileError) -> [UInt8]? {
        let descriptor = FileSystem.openFile(path)
        guard descriptor >= 0 else {
            if errno == ENOENT { return nil }
            throw failure("open")
        }
        defer { FileSystem.close(descriptor) }
        try check(descriptor)
        var bytes = [UInt8](repeating: 0, count: Self.byteCountMax + 1)
        let count = FileSystem.read(descriptor, into: &bytes)
        guard count >= 0 else { throw failure("read") }
        guard count <= Self.byteCountMax else {
            throw PrivateFileError(path, "is too long for what it should hold")
        }
        return Array(bytes.prefix(count))
    }

    /// Whoever else could read or change it would hold the host's identity.
    private func check(_ descriptor: CInt) throws(PrivateFileError) {
        var facts = stat()
        guard unsafe fstat(descriptor, &facts) == 0 else { throw failure("stat") }
        guard facts.st_mode & S_IFMT == S_IFREG else {
            throw PrivateFileError(path, "is no ordinary file")
        }
        guard facts.st_uid == geteuid() else {
            throw PrivateFileError(
                path,
                "belongs to user \(facts.st_uid), not to the daemon's user \(geteuid()):"
                    + " if it is yours, correct that with 'chown \(geteuid()) \(path)'")
        }
        let mode = facts.st_mode & 0o7777
        guard mode == 0o600 || mode == 0o400 else {
            throw PrivateFileError(
                path,
                "has the mode \(String(mode, radix: 8)), so others may have seen or changed"
                    + " it: replace the key, or correct that with 'chmod 600 \(path)'")
        }
    }

    /// Replaces the content, durably; the old one stands when this throws.
    package func write(_ bytes: [UInt8]) throws(PrivateFileError) {
        let draft = "\(path).new"
        FileSystem.remove(draft)
        try fill(draft, bytes)
        defer { FileSystem.remove(draft) }
        guard FileSystem.move(draft, to: path) == 0 else { throw failure("rename") }
        try flushDirectory()
    }

    /// Writes a file that must not be there yet, durably.
    package func create(_ bytes: [UInt8]) throws(PrivateFileError) {
        let draft = "\(path).new"
        FileSystem.remove(draft)
        try fill(draft, bytes)
        defer { FileSystem.remove(draft) }
        // link(2) never replaces, where rename(2) would.
        guard FileSystem.link(draft, as: path) == 0 else { throw failure("link") }
        try flushDirectory()
    }

    /// Gives the same content another name too, which must not be taken yet.
    package func link(as other: PrivateFile) throws(PrivateFileError) {
        guard FileSystem.link(path, as: other.path) == 0 else { throw other.failure("link") }
        try flushDirectory()
    }

    /// Removes the file, durably; whether it was there does not matter.
    package func remove() throws(PrivateFileError) {
        FileSystem.remove(path)
        try flushDirectory()
    }

    private func fill(_ draft: String, _ bytes: [UInt8]) throws(PrivateFileError) {
        let descriptor = FileSystem.makeFile(draft, exclusively: true)
        guard descriptor >= 0 else { throw failure("create") }
        defer { FileSystem.close(descriptor) }
        guard FileSystem.write(bytes, to: descriptor), fsync(descriptor) == 0 else {
            let error = failure("write")
            FileSystem.remove(draft)
            throw error
        }
    }

    private func flushDirectory() throws(PrivateFileError) {
        guard FileSystem.flushDirectory(directory) else { throw failure("fsync") }
    }

    private func failure(_ operation: String) -> PrivateFileError {
        PrivateFileError(path, "cannot be used (\(operation): \(systemMessage(errno)))")
    }
}

/// A file of secrets cannot be used: which, and why.
package struct PrivateFileError: Error, Equatable, CustomStringConvertible {
    /// The file's path.
    package let path: String
    /// What is wrong, as the rest of a sentence that begins with the path.
    package let reason: String

    /// The error that `path` has this fault.
    package init(_ path: String, _ reason: String) {
        self.path = path
        self.reason = reason
    }

    /// One sentence; the content never appears.
    package var description: String { "\(path) \(reason)" }
}
