import CNetlink
import Glibc
import Packet

/// What the kernel says about a network device.
public struct NetworkDevice: Hashable, Sendable {
    /// The name.
    public let name: String
    /// The index, unique in its namespace and not reused soon.
    public let index: Int
    /// The largest packet, in bytes, without the Ethernet header.
    public let mtu: Int
    /// The hardware address; nil unless it has six bytes.
    public let mac: MACAddress?
    /// `tun`, `veth`, `bridge`, …; nil for a physical device.
    public let kind: String?
    /// Whether the link is administratively up.
    public let isUp: Bool
    /// Whether frames have Ethernet headers.
    public let isEthernet: Bool

    /// Asks the kernel about `name` in the network namespace `namespace` (default: the daemon's).
    public static func inspect(
        _ name: String, in namespace: String? = nil
    ) throws(PortError) -> NetworkDevice {
        let device = try DeviceName(name)
        let namespace = namespace.map(NetworkNamespace.init(name:))
        return try NetworkNamespace.inside(namespace, for: device) { () throws(PortError) in
            try find(device)
        }
    }

    /// Asks about a device of the namespace this thread is in.
    package static func find(_ name: DeviceName) throws(PortError) -> NetworkDevice {
        let socket = try NetlinkSocket(for: .inspect, name)
        var found: OpaquePointer?
        let errno = unsafe socket.answer { unsafe rtnl_link_get_kernel($0, 0, name.text, &found) }
        guard let link = unsafe found else {
            throw PortError(.inspect, name.text, errno: errno == 0 ? ENODEV : errno)
        }
        defer { unsafe rtnl_link_put(link) }
        return unsafe NetworkDevice(link, name)
    }

    /// The same, or nil when there is no such device.
    package static func findIfPresent(_ name: DeviceName) throws(PortError) -> NetworkDevice? {
        do {
            return try find(name)
        } catch {
            guard error.reason == .unknownDevice else { throw error }
            return nil
        }
    }

    private init(_ link: OpaquePointer, _ name: DeviceName) {
        self.name = name.text
        index = Int(unsafe rtnl_link_get_ifindex(link))
        mtu = Int(unsafe rtnl_link_get_mtu(link))
        mac = unsafe Self.mac(link)
        kind = unsafe rtnl_link_get_type(link).map { unsafe String(cString: $0) }
        isUp = unsafe rtnl_link_get_flags(link) & UInt32(IFF_UP.rawValue) != 0
        isEthernet = unsafe rtnl_link_get_arptype(link) == UInt32(ARPHRD_ETHER)
    }

    private static func mac(_ link: OpaquePointer) -> MACAddress? {
        guard let address = unsafe rtnl_link_get_addr(link), unsafe nl_addr_get_len(address) == 6,
            let bytes = unsafe nl_addr_get_binary_addr(address)
        else { return nil }
        let octets = unsafe UnsafeRawBufferPointer(start: bytes, count: 6)
        return MACAddress(rawValue: unsafe octets.reduce(0) { $0 << 8 | UInt64($1) })
    }
}
