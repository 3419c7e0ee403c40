import DataPath
import Overlay
import Packet
import PolicyEngine
import Ports
import Telemetry
import Testing

/// Frames between two hosts: sealed, opened, judged at both ends, counted.
@Suite(.serialized) struct FromUnderlayTests {
    @Test("a frame for a VM elsewhere waits for the handshake, crosses, and arrives unchanged")
    func crosses() async throws {
        let rig = try OverlayRig()
        rig.publish()
        let frame = FrameBuilder(1, 2).udp(5_000, 6_000)
        rig.hosts[0].wire.send(frame)
        #expect(try await rig.arrival(1)?.bytes == frame.bytes)
        let reply = FrameBuilder(2, 1).udp(6_000, 5_000, [9, 9])
        rig.hosts[1].wire.send(reply)
        #expect(try await rig.arrival(0)?.bytes == reply.bytes)
        #expect(await rig.isBalanced())
        #expect(await rig.hosts[0].datapath.counts().total.droppedTotal == 0)
    }

    @Test("the receiver's rules judge again: what only the sender's host allows is dropped there")
    func judgesAgain() async throws {
        let rig = try OverlayRig()
        let deny = SwitchRig.rules("- allow any -> any on tcp/1")
        let file = try PolicyParser.parse(PolicySource(path: "d.yaml", text: deny))
        let station = FrameBuilder.Station(2)
        var endpoint = PolicyEndpoint(
            vm: "vm1", network: try #require(VNI(rawValue: 42)), mac: station.mac)
        endpoint.addresses = [station.ip]
        endpoint.port = OverlayRig.guestPort
        rig.hosts[1].configuration.policy = try PolicyCompiler.compile(
            [file], PolicyUniverse(endpoints: [endpoint]), today: PolicyDay(number: 0))
        rig.publish()
        rig.hosts[0].wire.send(FrameBuilder(1, 2).udp(5_000, 6_000))
        try await settle { await rig.drops(1, at: .overlay) == [.deniedByPolicy: 1] }
        #expect(rig.hosts[1].wire.receive() == nil)
        #expect(await rig.isBalanced())
        let sent = await rig.hosts[1].datapath.recentDrops(of: .overlay)
        let refused = await rig.hosts[1].datapath.recentDrops(of: OverlayRig.guestPort)
        #expect(sent.map(\.otherPort) == [OverlayRig.guestPort])
        #expect(refused.map(\.otherPort) == [.overlay])
        #expect(sent.map(\.side) == [.sender] && refused.map(\.side) == [.receiver])
        #expect(refused.map(\.refusingEnd) == [.ingress])
    }

    @Test("a host that speaks for a VM that the directory does not place there is not heard")
    func refusesForeignBinding() async throws {
        let rig = try OverlayRig()
        let thief = FrameBuilder.Station(9)
        rig.hosts[1].configuration.overlay?.stations[0].binding = PortBinding(
            mac: thief.mac, addresses: [thief.ip])
        rig.publish()
        rig.hosts[0].wire.send(FrameBuilder(1, 2).udp(5_000, 6_000))
        try await settle { await rig.drops(1, at: .overlay) == [.binding: 1] }
        #expect(rig.hosts[1].wire.receive() == nil)
        #expect(await rig.isBalanced())
    }

    @Test("a sender that its host puts into another group than the directory is not heard")
    func refusesForeignGroup() async throws {
        let rig = try OverlayRig()
        rig.hosts[1].configuration.overlay?.stations[0].group = 8
        rig.publish()
        rig.hosts[0].wire.send(FrameBuilder(1, 2).udp(5_000, 6_000))
        try await settle { await rig.drops(1, at: .overlay) == [.groupMismatch: 1] }
        #expect(await rig.isBalanced())
    }

    @Test("a host that speaks from another overlay address than its own is not heard")
    func refusesForeignAddress() async throws {
        let rig = try OverlayRig()
        rig.hosts[1].configuration.overlay?.peers[0].address = OverlayRig.overlayAddress(7)
        rig.publish()
        rig.hosts[0].wire.send(FrameBuilder(1, 2).udp(5_000, 6_000))
        try await settle { await rig.drops(1, at: .overlay) == [.allowedIP: 1] }
        #expect(await rig.isBalanced())
    }

    @Test("a super-frame crosses in segments of the path's size, and arrives joined again")
    func carriesSuperFrames() async throws {
        let rig = try OverlayRig()
        rig.publish()
        rig.hosts[0].wire.send(FrameBuilder(1, 2).tcp(80, 81, .syn))
        #expect(try await rig.arrival(1) != nil)
        rig.hosts[1].wire.send(FrameBuilder(2, 1).tcp(81, 80, [.syn, .ack]))
        #expect(try await rig.arrival(0) != nil)
        var frame = FrameBuilder(1, 2).superFrame(80, 81, byteCount: 20_000, gsoSize: 1_300)
        frame.setDontFragment()
        rig.hosts[0].wire.send(frame)
        var payload: [UInt8] = []
        var frameCount = 0
        while payload.count < 20_000, let part = try await rig.arrival(1) {
            payload += part.bytes.dropFirst(54)
            frameCount += 1
        }
        #expect(payload == Array(frame.bytes.dropFirst(54)))
        #expect(frameCount < 16, "of 16 segments, \(frameCount) arrived by themselves")
        #expect(await rig.isBalanced())
    }

    @Test(
        "so does a UDP super-frame, where guests' kernels take one",
        .enabled(if: KernelRelease.running >= .udpSuperFrames))
    func carriesDatagrams() async throws {
        let rig = try OverlayRig()
        rig.publish()
        rig.hosts[0].wire.send(FrameBuilder(1, 2).udp(80, 81))
        #expect(try await rig.arrival(1) != nil)
        var frame = FrameBuilder(1, 2).datagrams(80, 81, byteCount: 18 * 40 + 5, gsoSize: 18)
        frame.setDontFragment()
        rig.hosts[0].wire.send(frame)
        var payload: [UInt8] = []
        var frameCount = 0
        while payload.count < 18 * 40 + 5, let part = try await rig.arrival(1) {
            #expect(part.virtio.gsoSize == 0 || part.virtio.gsoSize == 18)
            payload += part.bytes.dropFirst(42)
            frameCount += 1
        }
        #expect(payload == Array(frame.bytes.dropFirst(42)))
        #expect(frameCount < 41, "of 41 datagrams, \(frameCount) arrived by themselves")
        #expect(await rig.isBalanced())
    }

    @Test("a question for the address of a VM elsewhere is answered here, and crosses no wire")
    func answersNeighbors() async throws {
        let rig = try OverlayRig()
        rig.publish()
        rig.hosts[0].wire.send(FrameBuilder(1, 2).arpRequest())
        let answer = try #require(try await rig.arrival(0))
        let other = FrameBuilder.Station(2)
        #expect(Array(answer.bytes[22..<32]) == octets(other.mac) + octets(other.ip))
        let counts = await rig.hosts[0].datapath.counts()
        #expect(counts.total.answeredFrames == 1 && counts.isBalanced)
        #expect(await rig.hosts[1].datapath.counts().total.receivedFrames == 0)
    }

    @Test("a broadcast reaches the guests of the network on other hosts, once")
    func replicates() async throws {
        let rig = try OverlayRig()
        rig.publish()
        rig.hosts[0].wire.send(FrameBuilder(1, 2).udp(1, 2))
        #expect(try await rig.arrival(1) != nil)
        var builder = FrameBuilder(1, 2)
        builder.destination.mac = .broadcast
        builder.destination.ip = IPAddress(IPv4Address(rawValue: 0x0aff_ffff))
        let frame = builder.udp(1, 2)
        rig.hosts[0].wire.send(frame)
        #expect(try await rig.arrival(1)?.bytes == frame.bytes)
        #expect(rig.hosts[1].wire.receive() == nil)
        #expect(await rig.isBalanced())
    }

    @Test("a packet larger than the path is refused, and its sender told the size that passes")
    func tellsSize() async throws {
        let rig = try OverlayRig()
        rig.publish()
        rig.hosts[0].wire.send(FrameBuilder(1, 2).udp(1, 2))
        #expect(try await rig.arrival(1) != nil)
        var frame = FrameBuilder(1, 2).udp(1, 2, [UInt8](repeating: 7, count: 1_390 - 28 + 1))
        frame.setDontFragment()
        rig.hosts[0].wire.send(frame)
        let reply = try #require(try await rig.arrival(0))
        #expect(Array(reply.bytes[34..<36]) == [3, 4])
        #expect(Array(reply.bytes[40..<42]) == word(1_390))
        var fitting = FrameBuilder(1, 2).udp(1, 2, [UInt8](repeating: 7, count: 1_390 - 28))
        fitting.setDontFragment()
        rig.hosts[0].wire.send(fitting)
        #expect(try await rig.arrival(1)?.bytes == fitting.bytes)
        #expect(await rig.isBalanced())
    }
}
