import Glibc

/// Tells systemd how the daemon stands (sd_notify(3)): one datagram for each word.
package struct ServiceNotifier: Sendable {
    private let socketPath: String?

    /// A notifier to the socket at `socketPath`; nil says nothing to nobody.
    package init(socketPath: String?) {
        self.socketPath = socketPath
    }

    /// A notifier to `$NOTIFY_SOCKET`.
    package static var environment: ServiceNotifier {
        let value = unsafe getenv("NOTIFY_SOCKET").map { unsafe String(cString: $0) }
        return ServiceNotifier(socketPath: value)
    }

    /// The daemon serves.
    package func ready() { send("READY=1") }

    /// The daemon ends.
    package func stopping() { send("STOPPING=1") }

    /// Nothing depends on whether anyone listens, so a failure is not told.
    private func send(_ text: String) {
        guard let socketPath, !socketPath.isEmpty else { return }
        let descriptor = socket(AF_UNIX, SOCK_DGRAM.flag | SOCK_CLOEXEC.flag, 0)
        guard descriptor >= 0 else { return }
        defer { FileSystem.close(descriptor) }
        var address = UnixAddress(socketPath)
        _ = address.send(text, through: descriptor)
    }
}
