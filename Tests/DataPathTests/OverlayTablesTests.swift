import DataPath
import Overlay
import Packet
import PolicyEngine
import Ports
import Telemetry
import Testing

/// Hosts and networks are found by their numbers, whatever their order and their gaps.
@Suite(.serialized) struct OverlayTablesTests {
    /// A rig with these networks behind 42 and 43, in each of which station 2 lives on the raw host
    /// and one guest here, which has the number of its port.
    private func rig(networks: [UInt32]) throws -> RawHostRig {
        let rig = try RawHostRig()
        for (index, number) in networks.enumerated() {
            let vni = try #require(VNI(rawValue: number))
            rig.configuration.networks.append(NetworkConfiguration(vni: vni, mtu: 1_500))
            try rig.attach(UInt8(10 + index), 2 + index)
            rig.configuration.overlay?.stations.append(
                RemoteStation(
                    peer: try #require(RawHostRig.rawPeer), network: 2 + index,
                    binding: RawHostRig.binding(2), group: 7))
        }
        try rig.apply(SwitchRig.allowAll)
        return rig
    }

    @Test("a sealed frame arrives in the network that its header names, and in no other")
    func findsNetworks() async throws {
        let numbers: [UInt32] = [7_000, 1, 0xff_ffff, 41, 44, 0x01_0000, 6_999, 7_001]
        let rig = try rig(networks: numbers)
        try await rig.connect()
        for (index, vni) in numbers.enumerated() {
            let guest = UInt8(10 + index)
            var packet = InnerPacket(FrameBuilder(2, guest).udp(1, 2).bytes)
            packet.vni = vni
            rig.seal(packet.plaintext)
            #expect(try await rig.arrival(guest)?.bytes == packet.frame, "network \(vni)")
            #expect(rig.areGuestsUntouched, "network \(vni)")
        }
        #expect(await rig.drops().isEmpty)
        #expect(await rig.datapath.counts().isBalanced)
    }

    @Test("the numbers beside a network's own are unknown")
    func knowsNoNeighbours() async throws {
        let unknown: [UInt32] = [2, 40, 45, 6_998, 7_002, 0xff_fffe, 0x00_ffff, 0x01_0001, 0x2a00]
        let rig = try rig(networks: [7_000, 1, 0xff_ffff, 41, 44, 0x01_0000, 6_999, 7_001])
        try await rig.expectRefused(
            unknown.map { vni in Lie("network \(vni)", .binding) { $0.vni = vni } })
    }

    @Test("a frame leaves in the network of its guest")
    func namesNetworks() async throws {
        let numbers: [UInt32] = [7_000, 1, 0xff_ffff]
        let rig = try rig(networks: numbers)
        try await rig.connect()
        for (index, vni) in numbers.enumerated() {
            let guest = UInt8(10 + index)
            rig.wires[guest]?.send(FrameBuilder(guest, 2).udp(1, 2))
            #expect(try await rig.host.pump { !rig.host.plaintexts.isEmpty })
            let octets = [16, 8, 0].map { UInt8(truncatingIfNeeded: vni >> UInt32($0)) }
            #expect(Array(rig.host.plaintexts.removeFirst()[32..<35]) == octets)
        }
    }

    @Test(
        "hosts are told apart by any numbers, with any gaps between them",
        arguments: [(0, 1), (0, 1_023), (1_023, 0), (511, 512)] as [(UInt16, UInt16)])
    func findsPeers(raw: UInt16, absent: UInt16) async throws {
        let numbers = [
            try #require(PeerNumber(rawValue: raw)), try #require(PeerNumber(rawValue: absent)),
        ]
        let rig = try RawHostRig()
        for (index, number) in numbers.enumerated() {
            rig.configuration.overlay?.peers[index].settings.number = number
        }
        for index in 0..<3 {
            rig.configuration.overlay?.stations[index].peer = numbers[index == 0 ? 0 : 1]
        }
        rig.publish()
        try await rig.connect()
        let frame = FrameBuilder(1, 2).udp(1, 2)
        rig.wires[1]?.send(frame)
        #expect(try await rig.nextFrame() == frame.bytes)
        rig.wires[1]?.send(FrameBuilder(1, 3).udp(1, 2))
        try await rig.settle {
            await rig.drops(at: PortNumber(rawValue: 1)) == [.noSession: 1]
        }
        rig.send(FrameBuilder(3, 1).udp(1, 2))
        try await rig.settle { await rig.drops() == [.binding: 1] }
    }

    @Test("no two hosts' inner addresses are mistaken for each other")
    func knowsAddresses() async throws {
        let rig = try RawHostRig()
        rig.configuration.overlay?.peers[0].address = OverlayRig.overlayAddress(2)
        rig.configuration.overlay?.peers[1].address = OverlayRig.overlayAddress(1)
        rig.publish()
        rig.host.call()
        #expect(try await rig.host.pump { rig.host.current != nil })
        rig.send(FrameBuilder(2, 1).udp(1, 2))
        try await rig.settle { await rig.drops() == [.allowedIP: 1] }
        var packet = InnerPacket(FrameBuilder(2, 1).udp(1, 2).bytes)
        packet.source = OverlayRig.overlayAddress(2)
        rig.seal(packet.plaintext)
        #expect(try await rig.arrival(1)?.bytes == packet.frame)
    }

    @Test("more VMs elsewhere than there are numbers for bindings: the rest is not heard")
    func survivesManyStations() async throws {
        let rig = try RawHostRig()
        let (raw, absent) = (try #require(RawHostRig.rawPeer), try #require(RawHostRig.absentPeer))
        var stations = (0..<65_540).map { index in
            RemoteStation(
                peer: absent, network: 1,
                binding: PortBinding(mac: MACAddress(rawValue: 0x0600_0000_0000 + UInt64(index))),
                group: 7)
        }
        stations.append(
            RemoteStation(peer: raw, network: 0, binding: RawHostRig.binding(2), group: 7))
        rig.configuration.overlay?.stations = stations
        rig.publish()
        rig.host.call()
        #expect(try await rig.host.pump { rig.host.current != nil })
        rig.send(FrameBuilder(2, 1).udp(1, 2))
        try await rig.settle { await rig.drops() == [.binding: 1] }
    }
}
