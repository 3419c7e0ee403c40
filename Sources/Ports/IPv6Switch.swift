import Glibc

/// Whether the host speaks IPv6 on a device: its `disable_ipv6` (ip-sysctl of the kernel).
///
/// The file is that of the namespace this thread is in. A kernel without IPv6, and a device whose
/// MTU is below 1,280, has no such file: then there is nothing to switch, and IPv6 counts as
/// disabled.
package struct IPv6Switch {
    private let device: DeviceName
    private var path: String { "/proc/sys/net/ipv6/conf/\(device.text)/disable_ipv6" }

    /// The switch of `device`.
    package init(_ device: DeviceName) { self.device = device }

    /// Whether IPv6 is off.
    package func isDisabled() throws(PortError) -> Bool {
        guard let file = try open(O_RDONLY) else { return true }
        var value = UInt8(0)
        guard unsafe read(file.rawValue, &value, 1) == 1 else { throw failure(errno) }
        return value != UInt8(ascii: "0")
    }

    /// Turns IPv6 off or on.
    package func set(disabled: Bool) throws(PortError) {
        guard let file = try open(O_WRONLY) else { return }
        var value = UInt8(ascii: disabled ? "1" : "0")
        guard unsafe write(file.rawValue, &value, 1) == 1 else { throw failure(errno) }
    }

    private func open(_ mode: CInt) throws(PortError) -> FileDescriptor? {
        let descriptor = unsafe Glibc.open(path, mode | O_CLOEXEC)
        if descriptor >= 0 { return FileDescriptor(descriptor) }
        if errno == ENOENT { return nil }
        throw failure(errno)
    }

    private func failure(_ errno: CInt) -> PortError {
        PortError(.isolate, device.text, .system(step: "disable_ipv6"), errno: errno)
    }
}
