import Glibc

/// The few calls on paths that the control side makes; each answers 0 or a descriptor, or sets
/// `errno`.
///
/// The C functions take pointers to the path's bytes; Swift keeps those alive for the call, and
/// none of the functions keeps them longer.
package enum FileSystem {
    /// Opens or makes a file that only the owner may read; never follows a link at the end.
    package static func makeFile(_ path: String, exclusively: Bool = false) -> CInt {
        let flags = O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | (exclusively ? O_EXCL : 0)
        return unsafe open(path, flags, 0o600)
    }

    /// Opens a file to read it; never follows a link at the end, never waits for a pipe.
    package static func openFile(_ path: String) -> CInt {
        unsafe open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)
    }

    /// Reads up to as many bytes as `bytes` holds; how many there were, or -1.
    package static func read(_ descriptor: CInt, into bytes: inout [UInt8]) -> Int {
        var count = 0
        while count < bytes.count {
            let more = unsafe bytes.withUnsafeMutableBytes { buffer in
                unsafe Glibc.read(descriptor, buffer.baseAddress! + count, buffer.count - count)
            }
            if more == 0 { break }
            if more < 0 && errno == EINTR { continue }
            guard more > 0 else { return -1 }
            count += more
        }
        return count
    }

    /// Writes all of `bytes`.
    package static func write(_ bytes: [UInt8], to descriptor: CInt) -> Bool {
        var count = 0
        while count < bytes.count {
            let more = unsafe bytes[count...].withUnsafeBytes { buffer in
                unsafe Glibc.write(descriptor, buffer.baseAddress, buffer.count)
            }
            if more < 0 && errno == EINTR { continue }
            guard more > 0 else { return false }
            count += more
        }
        return true
    }

    /// Gives a file another name, which must not be taken.
    package static func link(_ path: String, as other: String) -> CInt {
        unsafe Glibc.link(path, other)
    }

    /// Waits until the directory's names are on the disk.
    package static func flushDirectory(_ path: String) -> Bool {
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC | O_DIRECTORY)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        return fsync(descriptor) == 0
    }

    /// Makes a directory with these permissions.
    package static func makeDirectory(_ path: String, mode: mode_t) -> CInt {
        unsafe mkdir(path, mode)
    }

    /// Makes every directory of `path` that is missing; false leaves the reason in `errno`.
    package static func makeDirectories(_ path: String, mode: mode_t) -> Bool {
        var prefix = path.hasPrefix("/") ? "/" : ""
        for part in path.split(separator: "/") {
            prefix += part + "/"
            if makeDirectory(prefix, mode: mode) != 0 && errno != EEXIST { return false }
        }
        // Also a file in the place makes mkdir(2) say EEXIST.
        return unsafe access("\(prefix)/.", F_OK) == 0
    }

    /// Removes a file; whether it was there does not matter.
    package static func remove(_ path: String) { _ = unsafe unlink(path) }

    /// Moves a file over another, at once.
    package static func move(_ path: String, to destination: String) -> CInt {
        unsafe rename(path, destination)
    }

    /// Whether something has this path.
    package static func exists(_ path: String) -> Bool { unsafe access(path, F_OK) == 0 }

    /// Whether `path` is a Unix socket.
    package static func isSocket(_ path: String) -> Bool {
        var facts = stat()
        return unsafe lstat(path, &facts) == 0 && facts.st_mode & S_IFMT == S_IFSOCK
    }

    /// Whether files can be made in the directory.
    package static func canWrite(in directory: String) -> Bool {
        unsafe access(directory, W_OK | X_OK) == 0
    }

    /// Closes a descriptor.
    package static func close(_ descriptor: CInt) { _ = Glibc.close(descriptor) }

    /// Sets the permissions of a file.
    package static func setMode(_ path: String, _ mode: mode_t) -> CInt { unsafe chmod(path, mode) }
}

/// The system's words for an error number.
func systemMessage(_ code: CInt) -> String {
    // SAFETY: strerror's text lives until the next call in this thread, and is copied at once.
    unsafe String(cString: strerror(code))
}
