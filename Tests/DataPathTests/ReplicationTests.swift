import DataPath
import Packet
import Ports
import Telemetry
import Testing

@Suite struct ReplicationTests {
    @Test("an ARP request reaches every other port of its network, without a rule")
    func floodsARP() throws {
        let rig = try SwitchRig(SwitchRig.rules("- deny any -> any"))
        let request = FrameBuilder(1, 2).arpRequest()
        rig.send(request, from: 1)
        #expect(rig.received(1).isEmpty)
        #expect(rig.received(2).map(\.bytes) == [request.bytes])
        #expect(rig.received(3).map(\.bytes) == [request.bytes])
        #expect(rig.counts(1).replicatedFrames == 1)
        #expect(rig.total.transmittedCopies == 2)
        #expect(rig.total.isBalanced)
    }

    /// A broadcast UDP datagram of station 1.
    private var broadcast: MemoryFrame {
        var builder = FrameBuilder(1, 2)
        builder.destination.mac = .broadcast
        builder.destination.ip = .broadcastIPv4
        return builder.udp(5_353, 5_353)
    }

    @Test("broadcast IP is judged for the sender and for each receiver by itself")
    func judgesEachReceiver() throws {
        let rig = try SwitchRig(
            SwitchRig.rules(
                "- allow vm vm1 -> vm vm2 on udp/5353",
                "- allow vm vm1 -> cidr 255.255.255.255/32 on udp/5353"))
        rig.send(broadcast, from: 1)
        #expect(rig.received(2).count == 1)
        #expect(rig.received(3).isEmpty)
        #expect(rig.total.isBalanced)
    }

    @Test("broadcast that the sender's rules deny reaches nobody")
    func deniesAtSender() throws {
        let rig = try SwitchRig(SwitchRig.rules("- allow vm vm1 -> vm vm2"))
        rig.send(broadcast, from: 1)
        #expect(rig.received(2).isEmpty)
        #expect(rig.drops(1) == [.deniedByPolicy: 1])
    }

    @Test("a group frame that no receiver may have counts as one drop")
    func countsOneDrop() throws {
        let rig = try SwitchRig(
            SwitchRig.rules("- allow vm vm1 -> cidr 255.255.255.255/32"))
        rig.send(broadcast, from: 1)
        #expect(rig.drops(1) == [.deniedByPolicy: 1])
        #expect(rig.total.isBalanced)
    }

    @Test("a DHCP request reaches servers and uplinks, not other guests")
    func steersDHCP() throws {
        let rig = try SwitchRig(SwitchRig.rules("- deny any -> any"))
        try rig.attach(4, uplink: true)
        rig.configuration.ports[2].binding = {
            var binding = rig.configuration.ports[2].binding
            binding.mayServeDHCP = true
            return binding
        }()
        try rig.apply(rig.policy)
        var builder = FrameBuilder(1, 2)
        builder.source.ip = .unspecifiedIPv4
        builder.destination.mac = .broadcast
        builder.destination.ip = .broadcastIPv4
        rig.send(builder.udp(68, 67), from: 1)
        #expect(rig.received(2).isEmpty)
        #expect(rig.received(3).count == 1)
        #expect(rig.received(4).count == 1)
    }

    @Test("a client renews its lease at a VM that may serve leases, and at nobody else")
    func passesRenewals() throws {
        let rig = try SwitchRig(SwitchRig.rules("- deny any -> any"))
        rig.configuration.ports[2].binding.mayServeDHCP = true
        try rig.apply(rig.policy)
        #expect(rig.passes(FrameBuilder(1, 3).udp(68, 67), from: 1, to: 3))
        #expect(!rig.passes(FrameBuilder(1, 3).udp(69, 67), from: 1, to: 3))
        #expect(!rig.passes(FrameBuilder(1, 2).udp(68, 67), from: 1, to: 2))
        var elsewhere = FrameBuilder(1, 3)
        elsewhere.destination.ip = FrameBuilder.Station(2).ip
        #expect(!rig.passes(elsewhere.udp(68, 67), from: 1, to: 3))
        #expect(rig.total.isBalanced)
    }
}

/// A group MAC address is no way around the rules for one station.
@Suite struct ReplicationEvasionTests {
    /// `frame`, sent to all.
    private func broadcast(_ frame: MemoryFrame) -> MemoryFrame {
        MemoryFrame(octets(.broadcast) + frame.bytes[6...])
    }

    @Test("a packet to one station's address in a broadcast frame reaches nobody")
    func refusesHostPackets() throws {
        let rig = try SwitchRig()
        rig.send(broadcast(FrameBuilder(1, 2).udp(9, 53)), from: 1)
        rig.send(broadcast(FrameBuilder(1, 2).echo()), from: 1)
        rig.send(broadcast(FrameBuilder(1, 99).tcp(9, 80, .syn)), from: 1)
        #expect(rig.received(2).isEmpty && rig.received(3).isEmpty)
        #expect(rig.drops(1) == [.unboundDestination: 3])
    }
}
