import Glibc

/// The address of a Unix socket (unix(7)).
struct UnixAddress {
    private var address = sockaddr_un()

    /// The socket at `path`, of which as much is taken as fits; a leading `@` stands for the
    /// abstract namespace, as in `$NOTIFY_SOCKET`.
    init(_ path: String) {
        address.sun_family = sa_family_t(AF_UNIX)
        var octets = Array(path.utf8)
        if octets.first == UInt8(ascii: "@") { octets[0] = 0 }
        // SAFETY: the destination is sun_path as a whole, and no more than its size less the final
        // zero is copied.
        unsafe withUnsafeMutableBytes(of: &address.sun_path) { bytes in
            unsafe bytes.copyBytes(from: octets.prefix(bytes.count - 1))
        }
        byteCount = socklen_t(MemoryLayout<sa_family_t>.size + octets.count)
    }

    private var byteCount: socklen_t

    /// connect(2) to the address; 0, or -1 with `errno`.
    mutating func connect(_ descriptor: CInt) -> CInt {
        unsafe withSockaddr { address, count in unsafe Glibc.connect(descriptor, address, count) }
    }

    /// sendto(2) the address; the bytes sent, or -1 with `errno`.
    mutating func send(_ text: String, through descriptor: CInt) -> Int {
        let octets = Array(text.utf8)
        return unsafe withSockaddr { address, count in
            unsafe sendto(
                descriptor, octets, octets.count, CInt(MSG_NOSIGNAL), address, count)
        }
    }

    private mutating func withSockaddr<Result>(
        _ body: (UnsafePointer<sockaddr>, socklen_t) -> Result
    ) -> Result {
        let count = min(byteCount, socklen_t(MemoryLayout<sockaddr_un>.size))
        // SAFETY: every socket address begins as sockaddr does; the kernel reads `count` bytes.
        return unsafe withUnsafePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe body($0, count)
            }
        }
    }
}

extension __socket_type {
    /// The type, or a flag of socket(2), as a number.
    var flag: CInt { CInt(bitPattern: rawValue) }
}
