import CLinux
import Glibc

/// A network namespace, named as `ip netns` names it, or by the path of its file.
package struct NetworkNamespace: Hashable, Sendable {
    /// The name or path as the user gave it.
    package let name: String

    /// The namespace of this name; whether there is one shows when it is entered.
    package init(name: String) { self.name = name }

    /// The file that stands for the namespace.
    var path: String { name.hasPrefix("/") ? name : "/run/netns/\(name)" }

    /// Opens the namespace's file; `device` is named if that fails.
    func open(for device: DeviceName) throws(PortError) -> FileDescriptor {
        let isName = !name.isEmpty && !name.contains("/") && name != "." && name != ".."
        let descriptor = isName || name.hasPrefix("/") ? Self.openFile(path) : -ENOENT
        if descriptor >= 0 { return FileDescriptor(descriptor) }
        guard descriptor == -ENOENT else {
            throw PortError(.enterNamespace, device.text, errno: -descriptor)
        }
        throw PortError(.enterNamespace, device.text, .namespaceMissing(name))
    }

    /// Runs `body` on this thread inside of `namespace`; nil stands for where the thread is.
    ///
    /// The thread is back in its own namespace when this returns or throws. `body` must not
    /// suspend.
    package static func inside<Result: ~Copyable>(
        _ namespace: NetworkNamespace?, for device: DeviceName,
        _ body: () throws(PortError) -> Result
    ) throws(PortError) -> Result {
        guard let namespace else { return try body() }
        let target = try namespace.open(for: device)
        let own = openFile("/proc/thread-self/ns/net")
        guard own >= 0 else { throw PortError(.enterNamespace, device.text, errno: -own) }
        let home = FileDescriptor(own)
        try enter(target, namespace, device)
        defer { restore(home) }
        return try body()
    }

    /// A namespace that was deleted leaves an ordinary file: EINVAL.
    private static func enter(
        _ target: borrowing FileDescriptor, _ namespace: NetworkNamespace, _ device: DeviceName
    ) throws(PortError) {
        let result = vsw_set_network_namespace(target.rawValue)
        if result == -EINVAL {
            throw PortError(.enterNamespace, device.text, .namespaceMissing(namespace.name))
        }
        guard result == 0 else { throw PortError(.enterNamespace, device.text, errno: -result) }
    }

    private static func restore(_ home: borrowing FileDescriptor) {
        let result = vsw_set_network_namespace(home.rawValue)
        // A thread of the pool left in a guest's namespace would run the next request there,
        // against that guest's devices: the process ends rather than go on like that.
        guard result == 0 else { fatalError("lost in a namespace: \(PortError.text(-result))") }
    }

    private static func openFile(_ path: String) -> CInt {
        let descriptor = unsafe Glibc.open(path, O_RDONLY | O_CLOEXEC)
        return descriptor < 0 ? -errno : descriptor
    }
}
