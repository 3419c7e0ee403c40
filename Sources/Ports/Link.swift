import CNetlink
import Glibc
import Packet

/// A network device by its index, in the namespace of the thread, to be changed (rtnetlink(7)).
package struct Link {
    /// The device's name, for errors.
    package let name: DeviceName
    /// The device's index.
    package let index: Int

    /// The device `index`, named `name` in errors.
    package init(name: DeviceName, index: Int) {
        self.name = name
        self.index = index
    }

    /// Applies `change`.
    package func apply(_ change: LinkChange) throws(PortError) {
        try send(RTM_NEWLINK, flags: change.isUp) { message in
            if let mac = change.mac {
                message.put(IFLA_ADDRESS, bytes: Self.octets(mac))
            }
            if let mtu = change.mtu { message.put(IFLA_MTU, UInt32(clamping: mtu)) }
            if let generates = change.generatesAddress { Self.putMode(generates, &message) }
        }
    }

    /// IN6_ADDR_GEN_MODE_EUI64 or IN6_ADDR_GEN_MODE_NONE (linux/if_link.h).
    private static func putMode(_ generatesAddress: Bool, _ message: inout NetlinkMessage) {
        message.nest(IFLA_AF_SPEC) { families in
            families.nest(Int(AF_INET6)) { ipv6 in
                ipv6.put(IFLA_INET6_ADDR_GEN_MODE, bytes: [generatesAddress ? 0 : 1])
            }
        }
    }

    /// Moves the device, which must be down, into `namespace`, where it is named `newName`.
    func move(
        to namespace: borrowing FileDescriptor, as newName: DeviceName
    ) throws(PortError) {
        let descriptor = UInt32(clamping: namespace.rawValue)
        try send(RTM_NEWLINK, flags: nil) { message in
            message.put(IFLA_NET_NS_FD, descriptor)
            message.put(IFLA_IFNAME, newName.text)
        }
    }

    /// Deletes the device.
    package func delete() throws(PortError) {
        try send(RTM_DELLINK, flags: nil) { _ in }
    }

    private func send(
        _ type: Int, flags isUp: Bool?, _ fill: (inout NetlinkMessage) -> Void
    ) throws(PortError) {
        let socket = try NetlinkSocket(for: .configure, name)
        guard var message = NetlinkMessage(type) else {
            throw PortError(.configure, name.text, errno: ENOMEM)
        }
        var header = ifinfomsg()
        header.ifi_index = CInt(clamping: index)
        header.ifi_change = isUp == nil ? 0 : UInt32(IFF_UP.rawValue)
        header.ifi_flags = isUp == true ? UInt32(IFF_UP.rawValue) : 0
        message.append(header)
        fill(&message)
        let errno = socket.request(message)
        guard errno == 0 else { throw PortError(.configure, name.text, errno: errno) }
    }

    private static func octets(_ mac: MACAddress) -> [UInt8] {
        stride(from: 40, through: 0, by: -8).map {
            UInt8(truncatingIfNeeded: mac.rawValue >> UInt64($0))
        }
    }
}
