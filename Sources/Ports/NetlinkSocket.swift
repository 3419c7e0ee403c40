import CNetlink
import Glibc

/// A socket to the kernel's routing side, in the namespace of the thread that opens it.
// SAFETY: `refusal` lives as long as the socket whose callback writes to it.
@safe struct NetlinkSocket: ~Copyable {
    /// libnl's socket.
    let pointer: OpaquePointer
    /// The errno of the kernel's last refusal: libnl's own codes lose most of them.
    private let refusal: UnsafeMutablePointer<CInt>

    /// Opens the socket; `operation` and `device` are named if that fails.
    init(for operation: PortError.Operation, _ device: DeviceName) throws(PortError) {
        guard let pointer = unsafe Self.connected() else {
            throw PortError(operation, device.text, .system(step: "netlink"), errno: errno)
        }
        unsafe self.pointer = pointer
        unsafe refusal = .allocate(capacity: 1)
        unsafe refusal.initialize(to: 0)
        unsafe nl_socket_modify_err_cb(
            pointer, NL_CB_CUSTOM,
            { _, message, refusal in
                let error = unsafe message?.pointee.error ?? -EIO
                unsafe refusal?.assumingMemoryBound(to: CInt.self).pointee = -error
                return CInt(NL_STOP.rawValue)
            }, refusal)
    }

    deinit {
        unsafe nl_socket_free(pointer)
        unsafe refusal.deallocate()
    }

    /// Sends `message` and waits for the kernel's answer: 0, or the errno of its refusal.
    func request(_ message: consuming NetlinkMessage) -> CInt {
        guard message.isComplete else { return EMSGSIZE }
        return unsafe answer { socket in
            let sent = unsafe nl_send_auto(socket, message.pointer)
            return sent < 0 ? sent : unsafe nl_wait_for_ack(socket)
        }
    }

    /// Runs a libnl call on the socket: 0, or the errno behind its failure.
    func answer(_ call: (OpaquePointer) -> CInt) -> CInt {
        unsafe refusal.pointee = 0
        let result = unsafe call(pointer)
        guard result < 0 else { return 0 }
        return unsafe refusal.pointee == 0 ? Self.systemError(of: -result) : refusal.pointee
    }

    /// The errno for libnl's own `code`, where the library kept the kernel's answer to itself.
    private static func systemError(of code: CInt) -> CInt {
        switch code {
        case NLE_NODEV, NLE_OBJ_NOTFOUND: ENODEV
        case NLE_PERM, NLE_NOACCESS: EPERM
        case NLE_NOMEM: ENOMEM
        default: EIO
        }
    }

    /// Nil with errno set when the system has no socket for us.
    private static func connected() -> OpaquePointer? {
        guard let pointer = unsafe nl_socket_alloc() else { return nil }
        if unsafe nl_connect(pointer, NETLINK_ROUTE) == 0 { return unsafe pointer }
        let error = errno
        unsafe nl_socket_free(pointer)
        errno = error
        return nil
    }
}
