import DataPath
import Packet
import Ports
import Telemetry
import Testing

@Suite struct ForwardingTests {
    /// Stations 1 to 3, and uplinks at ports 9 and, if asked for, 10.
    private func rig(
        _ policy: String = SwitchRig.allowAll, uplinks: UInt8 = 1
    ) throws -> SwitchRig {
        let rig = try SwitchRig(policy)
        for number in 0..<uplinks { try rig.attach(9 + number, uplink: true) }
        try rig.apply(policy)
        return rig
    }

    @Test("unknown unicast goes to the uplink and never to a guest")
    func sendsUnknownOut() throws {
        let rig = try rig()
        #expect(rig.passes(FrameBuilder(1, 50).udp(1, 53), from: 1, to: 9))
        #expect(rig.received(2).isEmpty)
        #expect(rig.total.isBalanced)
    }

    @Test("without an uplink unknown unicast is dropped")
    func dropsUnknown() throws {
        let rig = try SwitchRig()
        rig.send(FrameBuilder(1, 50).udp(1, 53), from: 1)
        #expect(rig.drops(1) == [.unknownDestination: 1])
    }

    @Test("unknown unicast from an uplink reaches nobody: the switch is no transit path")
    func refusesTransit() throws {
        let rig = try rig(uplinks: 2)
        rig.send(FrameBuilder(50, 51).udp(1, 53), from: 9)
        #expect(rig.received(10).isEmpty)
        #expect(rig.drops(9) == [.unknownDestination: 1])
    }

    @Test("with two uplinks the unknown goes to both, and the heard to where it was heard")
    func learnsBehindUplinks() throws {
        let rig = try rig(uplinks: 2)
        rig.send(FrameBuilder(1, 50).udp(1, 53), from: 1)
        #expect(rig.received(9).count == 1)
        #expect(rig.received(10).count == 1)
        #expect(rig.passes(FrameBuilder(50, 1).udp(53, 1), from: 10, to: 1))
        rig.send(FrameBuilder(1, 50).udp(1, 53), from: 1)
        #expect(rig.received(9).isEmpty)
        #expect(rig.received(10).count == 1)
        #expect(rig.total.isBalanced)
    }

    @Test("an outsider cannot pose as a guest, by MAC, IP or ARP")
    func refusesImpostors() throws {
        let rig = try rig()
        var forged = FrameBuilder(50, 1)
        forged.source.mac = FrameBuilder.Station(2).mac
        #expect(!rig.passes(forged.udp(1, 53), from: 9, to: 1))
        forged = FrameBuilder(50, 1)
        forged.source.ip = FrameBuilder.Station(2).ip
        #expect(!rig.passes(forged.udp(1, 53), from: 9, to: 1))
        rig.send(forged.arpRequest(), from: 9)
        #expect(rig.received(1).isEmpty)
        #expect(rig.drops(9) == [.spoofedMAC: 1, .spoofedIP: 1, .spoofedARP: 1])
    }

    @Test("an outside address is judged at the guest's port, as any or by cidr")
    func judgesOutsideAddresses() throws {
        let rig = try rig(SwitchRig.rules("- allow cidr 10.0.0.50/32 -> vm vm1 on udp/53"))
        #expect(rig.passes(FrameBuilder(50, 1).udp(9, 53), from: 9, to: 1))
        #expect(!rig.passes(FrameBuilder(51, 1).udp(9, 53), from: 9, to: 1))
        #expect(!rig.passes(FrameBuilder(50, 2).udp(9, 53), from: 9, to: 2))
        #expect(rig.drops(9) == [.deniedByPolicy: 2])
    }
}

/// What was learned, and what is missing, gives nobody a way in.
@Suite struct ForwardingEvasionTests {
    @Test("an outsider cannot pose as a guest whose device is missing")
    func keepsMissingStations() throws {
        let rig = try SwitchRig()
        try rig.attach(9, uplink: true)
        rig.configuration.ports[1].isOpen = false
        try rig.apply(SwitchRig.allowAll)
        #expect(!rig.passes(FrameBuilder(2, 1).udp(1, 53), from: 9, to: 1))
        #expect(!rig.passes(FrameBuilder(1, 2).udp(1, 53), from: 1, to: 9))
        #expect(rig.drops(9) == [.spoofedMAC: 1])
        #expect(rig.drops(1) == [.portClosed: 1])
    }

    @Test("an outsider cannot claim a guest's MAC address in an ARP message from another one")
    func refusesForeignHardware() throws {
        let rig = try SwitchRig()
        try rig.attach(9, uplink: true)
        try rig.apply(SwitchRig.allowAll)
        var bytes = FrameBuilder(50, 1).arpRequest().bytes
        bytes.replaceSubrange(22..<28, with: octets(FrameBuilder.Station(2).mac))
        rig.send(MemoryFrame(bytes), from: 9)
        #expect(rig.received(1).isEmpty)
        #expect(rig.drops(9) == [.spoofedARP: 1])
    }

    @Test("an uplink that has left the snapshot is no destination, though it was learned")
    func forgetsUnlistedUplinks() throws {
        let rig = try SwitchRig()
        for number in [9, 10, 11] as [UInt8] { try rig.attach(number, uplink: true) }
        try rig.apply(SwitchRig.allowAll)
        #expect(rig.passes(FrameBuilder(50, 1).udp(53, 1), from: 10, to: 1))
        rig.configuration.ports.removeAll { $0.number.rawValue == 10 }
        rig.publish()
        var request = FrameBuilder(1, 50).arpRequest()
        request.bytes.replaceSubrange(0..<6, with: octets(FrameBuilder.Station(50).mac))
        rig.send(request, from: 1)
        #expect(rig.received(9).count == 1 && rig.received(11).count == 1)
        #expect(rig.received(10).isEmpty)
        #expect(rig.total.isBalanced)
    }
}
