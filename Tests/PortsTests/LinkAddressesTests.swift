import Packet
import Ports
import Testing

struct LinkAddressesTests {
    @Test("a device gets these addresses and loses all others, whatever their prefix")
    func setsAddresses() throws {
        try within { rig, name, addresses in
            try rig.ip(name, "addr add 192.0.2.7/24 dev dummy0")
            try rig.ip(name, "addr add 10.0.0.1 peer 10.0.0.2/32 dev dummy0")
            try rig.ip(name, "addr add 2001:db8::7/64 dev dummy0 nodad")
            try rig.ip(name, "addr add 192.0.2.8/24 dev other0")
            for texts in [["10.98.0.1", "fd98::1"], ["10.98.0.1"], ["fd98::1", "fd98::2"], []] {
                let wanted = texts.compactMap { IPAddress($0) }
                try NetworkRig.inside(name) { () throws(PortError) in try addresses.set(wanted) }
                let found = try NetworkRig.inside(name) { () throws(PortError) in
                    try addresses.list()
                }
                let entries = wanted.map {
                    LinkAddresses.Entry(address: $0, bitCount: $0.isIPv4 ? 32 : 128)
                }
                #expect(Set(found) == Set(entries) && found.count == entries.count)
            }
            let other = try NetworkRig.run("ip", "-n", name, "-br", "addr", "show", "other0")
            #expect(other.contains("192.0.2.8/24"), "another device keeps its own")
        }
    }

    @Test("an address is listed as it was set, with its prefix length")
    func listsAddresses() throws {
        try within { rig, name, addresses in
            try rig.ip(name, "addr add 192.0.2.7/24 dev dummy0")
            try rig.ip(name, "addr add 2001:db8::7/64 dev dummy0 nodad")
            let found = try NetworkRig.inside(name) { () throws(PortError) in try addresses.list() }
            let texts = Set(found.map { "\($0.address)/\($0.bitCount)" })
            #expect(texts == ["192.0.2.7/24", "2001:db8::7/64"])
        }
    }

    @Test("an address that the kernel refuses is named in the error")
    func namesAddresses() throws {
        try within { _, name, addresses in
            let wanted = [try #require(IPAddress("ff02::1"))]
            #expect(
                throws: PortError(
                    .configure, "dummy0", .system(step: "address ff02::1"), errno: 99)
            ) {
                try NetworkRig.inside(name) { () throws(PortError) in try addresses.set(wanted) }
            }
        }
    }

    private func within(_ body: (NetworkRig, String, LinkAddresses) throws -> Void) throws {
        let rig = try NetworkRig()
        let name = try rig.makeNamespace()
        try IsolatedPair.silenceLinkLocal(rig, name)
        let device = try NetworkDevice.inspect("dummy0", in: name)
        let link = Link(name: try DeviceName("dummy0"), index: device.index)
        try body(rig, name, LinkAddresses(link))
    }
}

extension IsolatedPair {
    /// Two devices that form no addresses by themselves.
    static func silenceLinkLocal(_ rig: NetworkRig, _ name: String) throws {
        try rig.ip(name, "link add dummy0 type veth peer name other0")
        for device in ["dummy0", "other0"] {
            try rig.ip(name, "link set \(device) addrgenmode none")
            try rig.ip(name, "link set \(device) up")
        }
    }
}
