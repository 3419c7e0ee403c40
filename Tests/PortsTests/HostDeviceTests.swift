import Foundation
import Packet
import Ports
import Testing

/// The life of the host's device: made, left behind by a crash, adopted, removed.
struct HostDeviceTests {
    private let rig: NetworkRig
    private let name: String
    private let device: HostDevice

    init() throws {
        rig = try NetworkRig()
        name = try rig.makeNamespace()
        device = try HostRig.device()
    }

    @Test("the device is up, with its MTU, its addresses and a route that starts at each of them")
    func makesDevices() throws {
        let port = try open(device)
        let found = try NetworkDevice.inspect("vsw-host0", in: name)
        #expect(found.isUp && found.mtu == 1_440 && !found.isEthernet && found.kind == "tun")
        let addresses = try ip("-br addr show dev vsw-host0")
        #expect(addresses.contains("10.98.0.1/32") && addresses.contains("fd98::1/128"))
        #expect(!addresses.contains("fe80"), "IPv6 forms no address by itself")
        #expect(try ip("route get 10.98.0.9").contains("dev vsw-host0 src 10.98.0.1"))
        #expect(try ip("-6 route get fd98::9").contains("dev vsw-host0"))
        #expect(try ip("-6 route get fd98::9").contains("src fd98::1"))
        port.close()
    }

    @Test("without IPv6 addresses the device does not speak IPv6")
    func silencesIPv6() throws {
        var device = device
        device.addresses.removeAll { !$0.isIPv4 }
        device.routes.removeAll { !$0.address.isIPv4 }
        let port = try open(device)
        #expect(try disablesIPv6() == "1")
        #expect(port.receive(1, milliseconds: 1_000).isEmpty)
        device.addresses = self.device.addresses
        port.close()
        let again = try open(device)
        #expect(try disablesIPv6() == "0")
        again.close()
    }

    @Test("left behind, the device keeps the traffic: it is lost, and takes no other way")
    func keepsTraffic() throws {
        try rig.ip(name, "link add eth0 type veth peer name eth1")
        try rig.ip(name, "addr add 192.0.2.1/24 dev eth0")
        try rig.ip(name, "link set eth0 up")
        try rig.ip(name, "route add default via 192.0.2.2")
        try rig.ip(name, "-6 route add default dev eth0")
        try open(device).close()
        #expect(try NetworkDevice.inspect("vsw-host0", in: name).isUp)
        #expect(try ip("route get 10.98.0.9").contains("dev vsw-host0"))
        #expect(try ip("-6 route get fd98::9").contains("dev vsw-host0"))
    }

    @Test("adopted, the device has the new addresses, routes and MTU, and carries packets again")
    func isAdopted() throws {
        try open(device).close()
        try rig.ip(name, "route add 203.0.113.0/24 dev vsw-host0")
        var device = device
        device.addresses = ["10.98.0.2", "fd98::1"].compactMap { IPAddress($0) }
        device.routes = ["10.98.0.0/24", "10.99.0.7"].compactMap { IPPrefix($0) }
        device.mtu = 1_300
        let port = try open(device)
        #expect(try NetworkDevice.inspect("vsw-host0", in: name).mtu == 1_300)
        let addresses = try ip("-br addr show dev vsw-host0")
        #expect(addresses.contains("10.98.0.2/32") && !addresses.contains("10.98.0.1/32"))
        let routes = try ip("route show dev vsw-host0")
        #expect(routes.contains("10.98.0.0/24") && routes.contains("src 10.98.0.2"))
        #expect(routes.contains("10.99.0.7") && routes.contains("203.0.113.0/24"))
        #expect(!(try ip("-6 route show dev vsw-host0")).contains("fd98::/64"))
        var flow = TestFrame.Flow(source: [10, 98, 0, 9], destination: [10, 98, 0, 2])
        flow.to = TestFrame.octets(device.framing.own)
        #expect(port.send(TestFrame.ping(flow)) == .sent)
        #expect(port.receive(1) { $0.bytes.suffix(8) == Array("vswitch!".utf8) }.count == 1)
        port.close()
    }

    @Test("a held device is busy; one of another kind is refused, and stays")
    func refusesTakenNames() throws {
        let port = try open(device)
        #expect(failure { try open(device) } == PortError(.openTUN, "vsw-host0", errno: EBUSY))
        port.close()
        try inside { () throws(PortError) in try device.remove() }
        for words in [
            "link add vsw-host0 type veth peer name other0", "tuntap add vsw-host0 mode tap",
        ] {
            try rig.ip(name, words)
            #expect(failure { try open(device) }?.reason == .deviceExists)
            try inside { () throws(PortError) in try device.remove() }
            #expect(try NetworkDevice.inspect("vsw-host0", in: name).isEthernet)
            try rig.ip(name, "link del vsw-host0")
        }
    }

    @Test("a device that cannot be finished is not left behind")
    func leavesNothing() throws {
        try rig.ip(name, "link set lo up")
        try rig.ip(name, "route add 10.98.0.0/24 dev lo")
        let taken = failure { try open(device) }
        #expect(taken?.reason == .system(step: "route 10.98.0.0/24") && taken?.errno == EEXIST)
        #expect(try ip("-o link").contains("vsw-host0") == false)
        #expect(try ip("route show").contains("10.98.0.0/24 dev lo"), "the other's route stays")
        try rig.ip(name, "route del 10.98.0.0/24 dev lo")
        var large = device
        large.mtu = 1_000_000
        #expect(failure { try open(large) }?.errno == EINVAL)
        #expect(try ip("-o link").contains("vsw-host0") == false)
    }

    @Test("routes are replaced while the device is in use")
    func updatesRoutes() throws {
        let port = try open(device)
        var device = device
        device.routes = ["10.98.0.9", "fd98:1::/48"].compactMap { IPPrefix($0) }
        try inside { () throws(PortError) in try device.updateRoutes() }
        let routes = try ip("route show dev vsw-host0") + ip("-6 route show dev vsw-host0")
        #expect(routes.contains("10.98.0.9") && routes.contains("fd98:1::/48"))
        #expect(!routes.contains("10.98.0.0/24") && !routes.contains("fd98::/64"))
        port.close()
    }

    @Test("removing takes the device and its routes away; twice does nothing")
    func isRemoved() throws {
        try open(device).close()
        for _ in 0..<2 {
            try inside { () throws(PortError) in try device.remove() }
            #expect(try ip("-o link").contains("vsw-host0") == false)
        }
        #expect(try ip("route show").isEmpty)
        #expect(throws: PortError.self) {
            try inside { () throws(PortError) in try device.updateRoutes() }
        }
    }

    @Test("the host sends nothing by itself but group memberships of its IPv6 address")
    func isQuiet() throws {
        let port = try open(device)
        for frame in port.receive(milliseconds: 1_500) {
            #expect(frame.bytes[12] == 0x86 && frame.bytes[38] == 0xff, "\(frame.bytes.prefix(60))")
        }
        port.close()
    }
}

extension HostDeviceTests {
    private func inside<Result: ~Copyable>(
        _ body: () throws(PortError) -> Result
    ) throws(PortError) -> Result {
        try NetworkRig.inside(name, body)
    }

    private func open(_ device: HostDevice) throws -> Endpoint {
        Endpoint(.host(try inside { () throws(PortError) in try device.open() }))
    }

    private func failure(_ body: () throws -> Endpoint) -> PortError? {
        do {
            _ = try body()
            return nil
        } catch {
            return error as? PortError
        }
    }

    private func ip(_ words: String) throws -> String {
        try NetworkRig.run("ip", ["-n", name] + words.split(separator: " ").map(String.init))
    }

    private func disablesIPv6() throws -> String {
        let path = "net.ipv6.conf.vsw-host0.disable_ipv6"
        return try NetworkRig.run("ip", "netns", "exec", name, "sysctl", "-n", path)
            .trimmingCharacters(in: .whitespacesAndNewlines)
    }
}
