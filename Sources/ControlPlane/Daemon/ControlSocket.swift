import Glibc

/// The Unix socket that the daemon listens on: its directory, its permissions, and who is there
/// already.
package struct ControlSocket: Sendable {
    /// Where the socket is unless `--socket` or `$VSWITCH_SOCKET` names another.
    package static let defaultPath = "/run/vswitch/control.sock"
    /// The longest path of a Unix socket (unix(7)), in bytes.
    private static let byteCountMax = MemoryLayout.size(ofValue: sockaddr_un().sun_path) - 1

    /// The socket's path.
    package let path: String

    /// The socket at `path`.
    package init(_ path: String) {
        self.path = path
    }

    /// Makes the directory and clears away a socket that nobody answers at. A living one is left
    /// alone.
    package func prepare() throws(StartError) {
        guard (1...Self.byteCountMax).contains(path.utf8.count) else {
            throw StartError(
                "the control socket's path '\(path)' must have 1 to \(Self.byteCountMax) bytes:"
                    + " name a shorter one with --socket")
        }
        guard FileSystem.makeDirectories(directory, mode: 0o750) else {
            throw failure("its directory cannot be made", errno)
        }
        guard FileSystem.exists(path) else { return }
        try refuseOthers()
        FileSystem.remove(path)
    }

    /// Lets the socket's group connect, nobody else; called once it is there.
    package func open() throws(StartError) {
        guard FileSystem.setMode(path, 0o660) == 0 else {
            throw failure("its permissions cannot be set", errno)
        }
    }

    /// Removes the socket after the daemon's end.
    package func remove() { FileSystem.remove(path) }

    private var directory: String {
        path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "."
    }

    private func refuseOthers() throws(StartError) {
        guard FileSystem.isSocket(path) else {
            throw StartError(
                "'\(path)' exists and is not a socket: remove it, or name another with --socket")
        }
        switch connect() {
        case 0:
            throw StartError(
                "another vswitchd answers at '\(path)': stop it, or name another socket with"
                    + " --socket")
        case ECONNREFUSED: return
        case let code: throw failure("who answers there cannot be told", code)
        }
    }

    /// Tries to connect; 0, or the error number.
    private func connect() -> CInt {
        let descriptor = socket(AF_UNIX, SOCK_STREAM.flag | SOCK_CLOEXEC.flag, 0)
        guard descriptor >= 0 else { return errno }
        defer { FileSystem.close(descriptor) }
        var address = UnixAddress(path)
        return address.connect(descriptor) == 0 ? 0 : errno
    }

    private func failure(_ what: String, _ code: CInt) -> StartError {
        StartError(
            "cannot listen at '\(path)', \(what) (\(systemMessage(code))): correct that, or name"
                + " another socket with --socket")
    }
}
