import Foundation
import Packet
import Ports

/// A host with the port that connects it to the switch, and sockets of its own.
struct HostRig {
    let rig: NetworkRig
    let name: String
    let port: Endpoint
    let own: MACAddress

    /// The host of this number: 10.98.0.N, fd98::N.
    init(_ number: Int = 1, _ rig: NetworkRig? = nil) throws {
        self.rig = try rig ?? NetworkRig()
        name = try self.rig.makeNamespace()
        own = MACAddress(rawValue: 0x0200_0000_aa00 + UInt64(number))
        let device = try Self.device(number, own)
        let opened = try NetworkRig.inside(name) { () throws(PortError) in try device.open() }
        port = Endpoint(.host(opened))
        try awaitAddress("fd98::\(number)")
    }

    /// The kernel gives an IPv6 address its route a moment after the request that set it.
    private func awaitAddress(_ address: String) throws {
        for _ in 0..<100 {
            let words = ["-n", name, "-6", "route", "show", "table", "local"]
            if try NetworkRig.run("ip", words).contains("local \(address) ") { return }
            usleep(10_000)
        }
        throw NetworkRig.Failure(description: "\(address) has no route")
    }

    static func device(
        _ number: Int = 1, _ own: MACAddress = MACAddress(rawValue: 0x0200_0000_aa01)
    ) throws -> HostDevice {
        var device = HostDevice(try DeviceName("vsw-host0"), HostFraming(own: own))
        device.addresses = ["10.98.0.\(number)", "fd98::\(number)"].compactMap { IPAddress($0) }
        device.routes = ["10.98.0.0/24", "fd98::/64"].compactMap { IPPrefix($0) }
        device.mtu = 1_440
        return device
    }

    /// A socket of the host's, bound to its own address of the flow's family, and its port.
    func socket(_ kind: __socket_type, isIPv6: Bool, number: Int = 1) throws -> HostSocket {
        let name = self.name
        let family = isIPv6 ? AF_INET6 : AF_INET
        let descriptor = try NetworkRig.inside(name) { () throws(PortError) in
            Glibc.socket(family, CInt(kind.rawValue), 0)
        }
        return HostSocket(descriptor, isIPv6: isIPv6, number: number)
    }
}
