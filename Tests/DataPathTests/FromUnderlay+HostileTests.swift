import DataPath
import Packet
import PolicyEngine
import Ports
import Telemetry
import Testing

/// The hostile host with a valid key again: what it seals may have any shape.
@Suite(.serialized) struct FromUnderlayHostileTests {
    @Test("a packet whose lengths lie, that is a fragment, or that is cut short holds no frame")
    func refusesShapes() async throws {
        var lies = [
            Lie("UDP too short", .underlay) { $0.udpLength = 8 },
            Lie("UDP too long", .underlay) { $0.udpLength = 200 },
            Lie("IP too long", .underlay) { $0.totalLength = 1_000 },
            Lie("IP too short", .underlay) { $0.totalLength = 40 },
            Lie("more fragments", .underlay) { $0.fragmentField = 0x2000 },
            Lie("a later fragment", .underlay) { $0.fragmentField = 9 },
            Lie("another port", .unknownDestination) { $0.port = 4_790 },
            Lie("another protocol", InnerPacket.ipv4(47, [UInt8](0..<40)), .unknownDestination),
        ]
        var damaged = InnerPacket(FrameBuilder(2, 1).udp(5_000, 53).bytes).plaintext
        damaged[10] ^= 1
        lies.append(Lie("checksum", damaged, .underlay))
        for byteCount in 0..<22 {
            lies.append(
                Lie("\(byteCount) bytes behind UDP", .underlay) {
                    $0.udpLength = UInt16(8 + byteCount)
                    $0.totalLength = UInt16(28 + byteCount)
                })
        }
        let whole = InnerPacket(FrameBuilder(2, 1).udp(5_000, 53).bytes).unpadded
        for byteCount in 1..<whole.count {
            lies.append(Lie("the first \(byteCount)", Array(whole.prefix(byteCount)), .underlay))
        }
        try await RawHostRig().expectRefused(lies)
    }

    @Test("inner IPv6 is held to the same: fragments, foreign and mapped addresses hold no frame")
    func refusesInnerIPv6() async throws {
        let frame = FrameBuilder(2, 1).udp(5_000, 53).bytes
        let datagram = InnerPacket(frame).unpadded.dropFirst(20)
        let packet = { (next: UInt8, source: [UInt8]) -> [UInt8] in
            let zeros = [UInt8](repeating: 0, count: 14)
            return InnerPacket.padded(
                [0x60, 0, 0, 0] + word(UInt16(datagram.count)) + [next, 64] + source
                    + [0xfd, 0x98] + zeros.dropLast() + [1] + datagram)
        }
        let own = [0xfd, 0x98] + [UInt8](repeating: 0, count: 13) + [2]
        let mapped = [UInt8](repeating: 0, count: 10) + [0xff, 0xff, 10, 98, 0, 2]
        try await RawHostRig().expectRefused([
            Lie("no peer's", packet(17, own), .allowedIP),
            Lie("unspecified", packet(17, [UInt8](repeating: 0, count: 16)), .allowedIP),
            Lie("mapped", packet(17, mapped), .underlay),
            Lie("a fragment", packet(44, own), .underlay),
            Lie("hop-by-hop", packet(0, own), .underlay),
            Lie("routing", packet(43, own), .underlay),
        ])
    }

    @Test("a sealed frame is read as a guest's is: what no guest may send, no host may either")
    func refusesFrames() async throws {
        let sound = FrameBuilder(2, 1).udp(5_000, 53).bytes
        let tagged = sound[..<12] + [0x81, 0, 0, 5] + sound[12...]
        let foreign = sound[..<12] + [0x88, 0xcc] + sound[14...]
        let large = FrameBuilder(2, 1).udp(1, 2, [UInt8](repeating: 7, count: 1_473))
        let huge = FrameBuilder(2, 1).udp(1, 2, [UInt8](repeating: 7, count: 65_390))
        let later = FrameBuilder(2, 1).fragment(17, at: 185, [1, 2, 3, 4])
        let tiny = FrameBuilder(2, 1).fragment(6, at: 0x2000, [0, 1, 0, 2, 0, 0, 0, 0])
        try await RawHostRig().expectRefused([
            Lie("a VLAN tag", frame: MemoryFrame(Array(tagged)), .vlanTagged),
            Lie("an Ethernet header alone", frame: MemoryFrame(Array(sound[..<14])), .ipv4Header),
            Lie("one byte short", frame: MemoryFrame(sound.dropLast()), .ipv4Header),
            Lie("no IP", frame: MemoryFrame(Array(foreign)), .etherType),
            Lie("one byte above the MTU", frame: large, .mtuExceeded),
            Lie("the largest datagram", frame: huge, .mtuExceeded),
            Lie("a lone later fragment", frame: later, .fragmentUnknown),
            Lie("a tiny first fragment", frame: tiny, .fragment),
            Lie("TCP in mid-stream", frame: FrameBuilder(2, 1).tcp(1, 2, .ack), .noConnection),
            Lie("TCP without flags", frame: FrameBuilder(2, 1).tcp(1, 2, []), .transportHeader),
            Lie("multicast control", frame: FrameBuilder(2, 1).igmp(), .noReceiver),
        ])
    }

    /// What is wrong with the headers around a segment that goes on where the one before it ended.
    private static let falseContinuations:
        [(change: @Sendable (inout [UInt8]) -> Void, DropReason)] = [
            ({ $0.replaceSubrange(28..<36, with: [UInt8](repeating: 0, count: 8)) }, .underlay),
            ({ $0[34] = 43 }, .binding), ({ $0[31] = 8 }, .groupMismatch),
            ({ $0[15] = 3 }, .allowedIP), ({ $0[23] = 0 }, .unknownDestination),
        ]

    @Test(
        "what goes on where a run ended joins it only in the headers of the run", arguments: 0..<5,
        [false, true])
    func readsContinuations(index: Int, isUDP: Bool) async throws {
        let (change, reason) = Self.falseContinuations[index]
        let rig = try RawHostRig()
        try await rig.connect()
        rig.send(FrameBuilder(2, 1).tcp(80, 81, .syn))
        #expect(try await rig.arrival(1) != nil)
        rig.wires[1]?.send(FrameBuilder(1, 2).tcp(81, 80, [.syn, .ack]))
        #expect(try await rig.nextFrame() != nil)
        var builder = FrameBuilder(2, 1)
        var (sealed, payload): ([[UInt8]], [UInt8]) = ([], [])
        for number in 0..<120 as Range<UInt8> {
            let part = [UInt8](repeating: number, count: 1_200)
            var frame = isUDP ? builder.udp(80, 81, part) : builder.tcp(80, 81, .ack, part)
            frame.setDontFragment()
            var plaintext = InnerPacket(frame.bytes).plaintext
            if number % 3 == 2 {
                change(&plaintext)
                sealed.append(rig.host.sealed(InnerPacket.repaired(plaintext)))
                continue
            }
            sealed.append(rig.host.sealed(plaintext))
            payload += part
            builder.sequence += 1_200
        }
        for datagram in sealed { rig.host.send(datagram, to: rig.address) }
        var received: [UInt8] = []
        while received.count < payload.count, let frame = try await rig.arrival(1) {
            received += frame.bytes.dropFirst(isUDP ? 42 : 54)
        }
        #expect(received == payload)
        try await rig.settle { await rig.drops() == [reason: 40] }
        #expect(await rig.datapath.counts().isBalanced && rig.areGuestsUntouched)
    }

    /// A rig with the network of the hosts, in which only UDP port 7 is open.
    private func hostNetworkRig() throws -> RawHostRig {
        let rig = try RawHostRig()
        rig.configuration.networks.append(NetworkConfiguration(vni: .hosts, mtu: 1_440))
        let bindings = (0..<3).map {
            PortBinding(
                mac: FrameBuilder.Station(UInt8(100 + $0)).mac,
                addresses: [OverlayRig.overlayAddress($0)])
        }
        try rig.attach(6, 2, bindings[0])
        for (peer, binding) in zip([RawHostRig.rawPeer, RawHostRig.absentPeer], bindings[1...]) {
            rig.configuration.overlay?.stations.append(
                RemoteStation(
                    peer: try #require(peer), network: 2, binding: binding, group: 7))
        }
        try rig.apply(SwitchRig.rules("- allow any -> any on udp/7, udp/9, udp/53"))
        return rig
    }

    @Test("a packet between hosts arrives at the host port from its host, under the port's rules")
    func judgesHostPackets() async throws {
        let rig = try hostNetworkRig()
        let udp = { (port: UInt16) in word(9) + word(port) + [0, 12, 0, 0, 1, 2, 3, 4] }
        let (own, third) = (OverlayRig.overlayAddress(0), OverlayRig.overlayAddress(2))
        try await rig.expectRefused([
            Lie("a closed port", InnerPacket.ipv4(17, udp(8)), .deniedByPolicy),
            Lie("another host's name", InnerPacket.ipv4(17, udp(7), from: third), .allowedIP),
            Lie("this host's name", InnerPacket.ipv4(17, udp(7), from: own), .allowedIP),
            Lie("to another host", InnerPacket.ipv4(17, udp(7), to: third), .underlay),
        ])
        rig.seal(InnerPacket.padded(InnerPacket.ipv4(17, udp(7))))
        let frame = try #require(try await rig.arrival(6))
        let link = octets(FrameBuilder.Station(100).mac) + octets(FrameBuilder.Station(101).mac)
        #expect(frame.bytes == link + [8, 0] + InnerPacket.ipv4(17, udp(7)))
        #expect(await rig.datapath.counts().isBalanced)
    }

    /// Sends what `next` makes, 100 at a time, and waits until each was counted.
    private func flood(_ rig: RawHostRig, _ count: Int, _ next: () -> [UInt8]) async throws {
        let start = await rig.datapath.counts().ports[.overlay]?.receivedFrames ?? 0
        for sent in stride(from: 100, through: count, by: 100) {
            for _ in 0..<100 { rig.seal(next()) }
            try await rig.settle {
                await rig.datapath.counts().ports[.overlay]?.receivedFrames == start + UInt64(sent)
            }
        }
    }

    @Test("sealed garbage of every size is counted, each piece once, and reaches nobody")
    func accountsForGarbage() async throws {
        let rig = try RawHostRig()
        try await rig.connect()
        var generator = SeededGenerator(seed: .random(in: 0...(.max)))
        try await flood(rig, 3_000) {
            var bytes = (0..<Int.random(in: 1...300, using: &generator))
                .map { _ in UInt8.random(in: 0...255, using: &generator) }
            if Bool.random(using: &generator) { bytes[0] = 0x45 }
            return InnerPacket.repaired(bytes)
        }
        #expect(rig.areGuestsUntouched, "seed \(generator.seed)")
        #expect(await rig.datapath.counts().isBalanced, "seed \(generator.seed)")
    }

    @Test("whatever is changed in a sealed frame, guests receive from the host's own VM only")
    func accountsForMutations() async throws {
        let rig = try RawHostRig()
        try await rig.connect()
        var generator = SeededGenerator(seed: .random(in: 0...(.max)))
        let ipv6 = IPv6FrameBuilder(2, 1)
        var alone = ipv6.udp(9, 53).bytes
        alone[alone.count - 1] ^= 1  // with its checksum right it would join its like
        let sound = [
            FrameBuilder(2, 1).udp(9, 53).bytes, FrameBuilder(2, 1).arpRequest().bytes,
            alone, FrameBuilder(2, 1).tcp(1, 2, .syn).bytes,
            ipv6.advertisement(of: ipv6.source.ip, at: ipv6.source.mac).bytes,
        ].map { InnerPacket($0).plaintext }
        try await flood(rig, 3_000) {
            var bytes = sound[Int.random(in: 0..<sound.count, using: &generator)]
            for _ in 0..<Int.random(in: 1...3, using: &generator) {
                let index = Int.random(in: 0..<bytes.count, using: &generator)
                bytes[index] = UInt8.random(in: 0...255, using: &generator)
            }
            return InnerPacket.repaired(bytes)
        }
        let received = rig.wires.values.flatMap { $0.receiveAll() }
        let sources = Set(received.map { Array($0.bytes[6..<12]) })
        #expect(sources == [octets(FrameBuilder.Station(2).mac)], "seed \(generator.seed)")
        for frame in received { #expect(frame.tellsStation2, "seed \(generator.seed)") }
        #expect(await rig.datapath.counts().isBalanced, "seed \(generator.seed)")
    }
}

extension MemoryFrame {
    /// Whether the IP address of its sender is one of station 2's.
    fileprivate var tellsStation2: Bool {
        switch (bytes[12], bytes[13]) {
        case (8, 0): Array(bytes[26..<30]) == [10, 0, 0, 2]
        case (8, 6): Array(bytes[28..<32]) == [10, 0, 0, 2]
        default:
            [IPv6FrameBuilder.station(2).ip, .linkLocal(FrameBuilder.Station(2).mac)]
                .map(IPv6FrameBuilder.octets16).contains(Array(bytes[22..<38]))
        }
    }
}

extension FrameBuilder {
    /// A fragment of datagram 9; `field` is its place, in units of 8 bytes, and whether more come.
    fileprivate func fragment(
        _ ipProtocol: UInt8, at field: UInt16, _ payload: [UInt8]
    ) -> MemoryFrame {
        var bytes = ipv4(ipProtocol, payload)
        bytes.replaceSubrange(18..<22, with: word(9) + word(field))
        return MemoryFrame(Array(bytes[..<14]) + InnerPacket.repaired(Array(bytes[14...])))
    }

    /// An IGMP report to the group of all routers.
    fileprivate func igmp() -> MemoryFrame {
        var builder = self
        builder.destination.mac = MACAddress(rawValue: 0x0100_5e00_0016)
        builder.destination.ip = IPAddress(IPv4Address(rawValue: 0xe000_0016))
        let report: [UInt8] = [0x22, 0, 0, 0, 0, 0, 0, 0]
        let sum = word(internetChecksum(report))
        return MemoryFrame(builder.ipv4(2, [0x22, 0] + sum + [0, 0, 0, 0]))
    }
}
