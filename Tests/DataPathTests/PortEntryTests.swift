import DataPath
import Packet
import PolicyEngine
import Ports
import Telemetry
import Testing

/// What a port is to the rules: as whom it receives, and whether it has rules at all.
@Suite struct PortEntryTests {
    /// A broadcast datagram of station 1.
    private var broadcast: MemoryFrame {
        var builder = FrameBuilder(1, 2)
        builder.destination.mac = .broadcast
        builder.destination.ip = .broadcastIPv4
        return builder.udp(5_353, 5_353)
    }

    /// A datagram of station 1 to the IPv6 group of all nodes.
    private var multicast: MemoryFrame {
        var builder = IPv6FrameBuilder(1, 2)
        builder.destination.mac = MACAddress(rawValue: 0x3333_0000_0001)
        builder.destination.ip = IPAddress(high: 0xff02 << 48, low: 1)
        return builder.udp(5_353, 5_353)
    }

    /// A rig whose station 2 has these addresses, and all the stations one of each family.
    private func rig(_ second: [IPAddress], _ rules: String...) throws -> SwitchRig {
        let rig = try SwitchRig()
        for (index, station) in ([1, 2, 3] as [UInt8]).enumerated() {
            rig.configuration.ports[index].binding.addresses = [
                FrameBuilder.Station(station).ip, IPv6FrameBuilder.station(station).ip,
            ]
        }
        rig.configuration.ports[1].binding.addresses = second
        try rig.apply(
            "policy: test\ntier: app\nfor: any\nrules:\n"
                + rules.map { "  \($0)\n" }.joined() + "default: deny\n")
        return rig
    }

    private func ip(_ text: String) throws -> IPAddress { try #require(IPAddress(text)) }

    @Test("a group's frame is judged as for the receiver's first address of its family")
    func receivesAsFirst() throws {
        let toGroup = "- allow vm vm1 -> cidr 255.255.255.255/32 on udp/5353"
        let toSecond = "- allow vm vm1 -> cidr 10.0.0.22/32 on udp/5353"
        let (first, second) = (FrameBuilder.Station(2).ip, try ip("10.0.0.22"))
        let (third, sixth) = (try ip("fd00::22"), try ip("fd00::2"))
        for (addresses, count) in [
            ([first, second, sixth], 0), ([second, first, sixth], 1), ([sixth, second, first], 1),
        ] {
            let rig = try rig(addresses, toGroup, toSecond)
            rig.send(broadcast, from: 1)
            #expect(rig.received(2).count == count && rig.received(3).isEmpty)
            #expect(rig.total.isBalanced)
        }
        let toGroup6 = "- allow vm vm1 -> cidr ff02::1/128 on udp/5353"
        let toThird = "- allow vm vm1 -> cidr fd00::22/128 on udp/5353"
        for (addresses, count) in [([first, sixth, third], 0), ([first, third, sixth], 1)] {
            let rig = try rig(addresses, toGroup6, toThird)
            rig.send(multicast, from: 1)
            #expect(rig.received(2).count == count && rig.received(3).isEmpty)
        }
    }

    @Test("a receiver without an IPv6 address is judged as its link-local one")
    func receivesAsLinkLocal() throws {
        let own = IPAddress.linkLocal(FrameBuilder.Station(2).mac)
        let toGroup = "- allow vm vm1 -> cidr ff02::1/128 on udp/5353"
        for (address, count) in [(own, 1), (IPAddress.linkLocal(FrameBuilder.Station(9).mac), 0)] {
            let rig = try rig(
                [FrameBuilder.Station(2).ip], toGroup,
                "- allow vm vm1 -> cidr \(address)/128 on udp/5353")
            rig.send(multicast, from: 1)
            #expect(rig.received(2).count == count && rig.received(3).isEmpty)
        }
    }

    @Test("an uplink has no rules of its own: the sender's decide, and so do the receiver's")
    func uplinkHasNoRules() throws {
        let rig = try SwitchRig(stations: [1, 2])
        try rig.attach(4, uplink: true)
        try rig.apply(SwitchRig.rules("- allow vm vm1 -> any on udp/5353, udp/53"))
        rig.send(broadcast, from: 1)
        #expect(rig.received(4).map(\.bytes) == [broadcast.bytes])
        #expect(rig.passes(FrameBuilder(1, 9).udp(9, 53), from: 1, to: 4))
        #expect(!rig.passes(FrameBuilder(2, 9).udp(9, 53), from: 2, to: 4))
        #expect(!rig.passes(FrameBuilder(8, 1).udp(9, 53), from: 4, to: 1))
        #expect(rig.drops(4) == [.deniedByPolicy: 1] && rig.drops(2) == [.deniedByPolicy: 1])
    }

    @Test("a port without a place in the configuration neither sends nor receives")
    func absentIsClosed() throws {
        let rig = try SwitchRig()
        let third = rig.configuration.ports.remove(at: 2)
        try rig.apply(SwitchRig.allowAll)
        #expect(!rig.passes(FrameBuilder(3, 1).udp(1, 2), from: 3, to: 1))
        #expect(!rig.passes(FrameBuilder(1, 3).udp(1, 2), from: 1, to: 3))
        rig.send(broadcast, from: 1)
        #expect(rig.received(3).isEmpty && rig.received(2).count == 1)
        #expect(rig.drops(3) == [.portClosed: 1] && rig.drops(1) == [.unknownDestination: 1])
        rig.configuration.ports.append(third)
        try rig.apply(SwitchRig.allowAll)
        #expect(rig.passes(FrameBuilder(1, 3).udp(1, 2), from: 1, to: 3))
    }

    @Test("a port of a network that the configuration does not have is closed, too")
    func strayNetworkIsClosed() throws {
        let rig = try SwitchRig()
        rig.configuration.ports[2].network = 9
        rig.publish()
        #expect(!rig.passes(FrameBuilder(3, 1).udp(1, 2), from: 3, to: 1))
        #expect(rig.drops(3) == [.portClosed: 1])
    }
}
