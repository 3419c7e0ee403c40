import Glibc
import Packet

/// Finds out which of this host's addresses its datagrams to another one bear.
package enum LocalAddress {
    /// The address that the kernel would send from to `remote`; nil when no route leads there.
    ///
    /// Nothing is sent: connecting a UDP socket only looks the route up (udp(7)).
    package static func toward(_ remote: UnderlayAddress) -> IPAddress? {
        let isIPv4 = remote.address.isIPv4
        let descriptor = socket(
            isIPv4 ? AF_INET : AF_INET6, CInt(SOCK_DGRAM.rawValue) | CInt(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { return nil }
        defer { FileSystem.close(descriptor) }
        return isIPv4 ? ipv4(descriptor, remote) : ipv6(descriptor, remote)
    }

    private static func ipv4(_ descriptor: CInt, _ remote: UnderlayAddress) -> IPAddress? {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = remote.port.bigEndian
        address.sin_addr.s_addr = (remote.address.ipv4?.rawValue ?? 0).bigEndian
        guard isConnected(descriptor, &address) else { return nil }
        return IPAddress(IPv4Address(rawValue: UInt32(bigEndian: address.sin_addr.s_addr)))
    }

    private static func ipv6(_ descriptor: CInt, _ remote: UnderlayAddress) -> IPAddress? {
        var address = sockaddr_in6()
        address.sin6_family = sa_family_t(AF_INET6)
        address.sin6_port = remote.port.bigEndian
        unsafe withUnsafeMutableBytes(of: &address.sin6_addr) { bytes in
            unsafe bytes.storeBytes(of: remote.address.high.bigEndian, as: UInt64.self)
            unsafe bytes.storeBytes(
                of: remote.address.low.bigEndian, toByteOffset: 8, as: UInt64.self)
        }
        guard isConnected(descriptor, &address) else { return nil }
        let halves = unsafe withUnsafeBytes(of: &address.sin6_addr) { bytes in
            unsafe (
                bytes.loadUnaligned(as: UInt64.self),
                bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self)
            )
        }
        return IPAddress(high: UInt64(bigEndian: halves.0), low: UInt64(bigEndian: halves.1))
    }

    /// Connects to `address` and replaces it by the socket's own.
    ///
    /// SAFETY: both calls read or write at most the size that they are told, the size of the value.
    private static func isConnected<Address>(
        _ descriptor: CInt, _ address: inout Address
    ) -> Bool {
        var length = socklen_t(MemoryLayout<Address>.size)
        return unsafe withUnsafeMutablePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
                unsafe connect(descriptor, generic, length) == 0
                    && getsockname(descriptor, generic, &length) == 0
            }
        }
    }
}
