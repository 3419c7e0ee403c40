import Packet
import PolicyEngine
import Testing

@Suite struct BindingTableTests {
    @Test("a table gives each port its own binding, and none to others")
    func separatesPorts() throws {
        let bindings = try (1...50 as ClosedRange<UInt16>).map { number in
            (
                PortNumber(rawValue: number * 3),
                PortBinding(
                    mac: MACAddress(rawValue: UInt64(number)),
                    addresses: try (0..<number % 4).map { try ip("10.0.\(number).\($0)") })
            )
        }
        let table = BindingTable(Dictionary(uniqueKeysWithValues: bindings))
        for (port, binding) in bindings {
            let found = table.view(of: port)
            let view = try #require(found)
            #expect(view.mac == binding.mac)
            #expect(binding.addresses.allSatisfy(view.isBound))
            #expect(!view.isBound(try ip("10.0.\(port.rawValue / 3).9")))
            #expect(view.mayUseIPv4 == !binding.addresses.isEmpty && !view.mayUseIPv6)
        }
        for number in [0, 1, 2, 4, 149, 151, 999, .max] as [UInt16] {
            let isBound = table.view(of: PortNumber(rawValue: number)) != nil
            #expect(!isBound)
        }
        let isEmptyBound = BindingTable([:]).view(of: PortNumber(rawValue: 0)) != nil
        #expect(!isEmptyBound)
    }

    @Test("the link-local address of the MAC is bound when the port may speak IPv6")
    func bindsLinkLocal() throws {
        let mac = MACAddress(rawValue: 0x5254_0000_0001)
        let local = IPAddress.linkLocal(mac)
        for (address, isBound) in [("10.0.0.1", false), ("fd00::1", true)] {
            let port = PortNumber(rawValue: 0)
            let table = BindingTable([port: PortBinding(mac: mac, addresses: [try ip(address)])])
            let view = table.view(of: port)
            #expect(view?.isBound(local) == isBound)
            #expect(view?.mayClaim(local) == isBound)
        }
    }

    @Test(
        "labels entitle unless their value says no",
        arguments: [
            ("true", true), ("yes", true), ("1", true), ("", true), ("false", false), ("no", false),
            ("off", false), ("0", false),
        ])
    func entitles(value: String, isEntitled: Bool) {
        let plain = PortBinding(mac: MACAddress(rawValue: 1))
        #expect(!plain.mayRoute && !plain.mayServeDHCP)
        let router = plain.entitled(by: [PortBinding.routerLabel: value])
        #expect(router.mayRoute == isEntitled && !router.mayServeDHCP)
        let server = plain.entitled(by: [PortBinding.dhcpServerLabel: value])
        #expect(server.mayServeDHCP == isEntitled && !server.mayRoute)
    }
}
