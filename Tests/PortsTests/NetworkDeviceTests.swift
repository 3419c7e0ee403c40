import Packet
import Ports
import Testing

struct NetworkDeviceTests {
    @Test("a device is as it was made")
    func inspects() throws {
        let rig = try NetworkRig()
        let name = try rig.makeNamespace()
        try rig.ip(
            name, "link add tap0 index 77 mtu 1234 addr 52:54:00:00:00:12 type veth peer name tap1")
        let device = try NetworkDevice.inspect("tap0", in: name)
        #expect(device.name == "tap0" && device.index == 77 && device.mtu == 1_234)
        #expect(device.mac == MACAddress("52:54:00:00:00:12"))
        #expect(device.kind == "veth" && !device.isUp && device.isEthernet)
        try rig.ip(name, "link set tap0 up")
        #expect(try NetworkDevice.inspect("tap0", in: name).isUp)
        let loopback = try NetworkDevice.inspect("lo", in: name)
        #expect(loopback.kind == nil && !loopback.isEthernet)
    }

    @Test("a device that is not there is unknown, with what the system says")
    func refusesUnknown() throws {
        let rig = try NetworkRig()
        let name = try rig.makeNamespace()
        #expect(throws: PortError(.inspect, "tap9", errno: 19)) {
            try NetworkDevice.inspect("tap9", in: name)
        }
    }

    @Test("a change is made whole or not at all")
    func changesAtomically() throws {
        let rig = try NetworkRig()
        let name = try rig.makeNamespace()
        try rig.ip(name, "link add tap0 type veth peer name tap1")
        let before = try NetworkDevice.inspect("tap0", in: name)
        let link = Link(name: try DeviceName("tap0"), index: before.index)
        let mac = MACAddress(rawValue: 0x5254_0000_0034)
        let good = LinkChange(mac: mac, mtu: 1_400, isUp: true)
        try NetworkRig.inside(name) { () throws(PortError) in try link.apply(good) }
        let after = try NetworkDevice.inspect("tap0", in: name)
        #expect(after.mac == mac && after.mtu == 1_400 && after.isUp)
        let bad = LinkChange(mac: MACAddress(rawValue: 0x0100_0000_0001), mtu: 1_300)
        #expect(throws: PortError.self) {
            try NetworkRig.inside(name) { () throws(PortError) in try link.apply(bad) }
        }
        #expect(try NetworkDevice.inspect("tap0", in: name).mac == mac)
        try NetworkRig.inside(name) { () throws(PortError) in try link.delete() }
        #expect(throws: PortError.self) { try NetworkDevice.inspect("tap0", in: name) }
    }
}
