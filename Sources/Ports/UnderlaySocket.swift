import CLinux
import Glibc
import Packet

/// Opens the UDP socket toward other hosts. For the control side.
///
/// Bound to an IPv4 address it speaks IPv4, bound to an IPv6 address that family alone, and bound
/// to `::` both. No other socket can share the port: that is left to a switch of several workers.
package struct UnderlaySocket: Sendable {
    /// Where it listens. Port 0 stands for one that is free; ``UnderlayPort/address`` tells which.
    package let address: UnderlayAddress
    /// What it may use; what the kernel lacks is taken away.
    package var features = UnderlayFeatures.all
    /// How many bytes wait in each direction: a default of the system's would lose bursts while the
    /// worker serves other ports. Without CAP_NET_ADMIN the system's limit applies.
    package var bufferByteCount = 8 << 20

    /// A socket that is to listen at `address`.
    package init(_ address: UnderlayAddress) { self.address = address }

    /// The port, open in the network namespace of the calling thread.
    package func open() throws(UnderlayError) -> UnderlayPort {
        guard isSuited else { throw UnderlayError(address, .addressUnsuited) }
        var options = vsw_udp_options(
            address: address.system, buffer_byte_count: CInt(clamping: bufferByteCount))
        var socket = vsw_udp_socket()
        var step: UnsafePointer<CChar>?
        let result = unsafe vsw_udp_open(&options, &socket, &step)
        guard result == 0 else {
            let name = unsafe step.map { unsafe String(cString: $0) } ?? ""
            throw UnderlayError(address, step: name, errno: -result)
        }
        let bound = Self.boundAddress(socket) ?? address
        return UnderlayPort(socket, address: bound, features: available(socket))
    }

    /// Groups, broadcast and addresses of one link, which mean nothing without their link.
    private var isSuited: Bool {
        !address.address.isMulticast && !address.address.isLinkLocalIPv6
            && address.address != .broadcastIPv4
    }

    private func available(_ socket: vsw_udp_socket) -> UnderlayFeatures {
        var available = features
        if vsw_udp_can_segment(socket.fd) == 0 { available.remove(.segmentation) }
        if features.contains(.coalescing), vsw_udp_coalesce(socket.fd) != 0 {
            available.remove(.coalescing)
        }
        return available
    }

    private static func boundAddress(_ socket: vsw_udp_socket) -> UnderlayAddress? {
        var address = vsw_udp_address()
        guard unsafe vsw_udp_local_address(socket.fd, &address) == 0 else { return nil }
        return UnderlayAddress(address)
    }
}
