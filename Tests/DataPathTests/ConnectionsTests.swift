import DataPath
import Packet
import Ports
import Telemetry
import Testing

@Suite struct ConnectionsTests {
    /// Opens a TCP connection from station 1 to port 80 of station 2.
    private func connect(_ rig: SwitchRig) {
        #expect(rig.passes(FrameBuilder(1, 2).tcp(4_000, 80, .syn), from: 1, to: 2))
        #expect(rig.passes(FrameBuilder(2, 1).tcp(80, 4_000, [.syn, .ack]), from: 2, to: 1))
        #expect(rig.passes(FrameBuilder(1, 2).tcp(4_000, 80, .ack), from: 1, to: 2))
    }

    @Test("TCP begins with a SYN: nothing is picked up in mid-stream")
    func refusesMidStream() throws {
        let rig = try SwitchRig()
        #expect(!rig.passes(FrameBuilder(1, 2).tcp(4_000, 80, .ack), from: 1, to: 2))
        #expect(rig.drops(1) == [.noConnection: 1])
    }

    @Test("a stricter policy ends an established connection at its next frame, in either direction")
    func revokes() throws {
        for (sender, receiver) in [(1, 2), (2, 1)] as [(UInt8, UInt8)] {
            let rig = try SwitchRig(SwitchRig.rules("- allow any -> any on tcp/80"))
            connect(rig)
            try rig.apply(SwitchRig.rules("- allow any -> any on tcp/443"))
            let (from, to): (UInt16, UInt16) = sender == 1 ? (4_000, 80) : (80, 4_000)
            let frame = FrameBuilder(sender, receiver).tcp(from, to, .ack)
            #expect(!rig.passes(frame, from: sender, to: receiver))
            #expect(rig.drops(sender) == [.policyRevoked: 1])
            #expect(rig.total.isBalanced)
        }
    }

    @Test("a connection that `reject` ends is reset at its next frame, in either direction")
    func revokesWithReset() throws {
        for (sender, receiver) in [(1, 2), (2, 1)] as [(UInt8, UInt8)] {
            let rig = try SwitchRig(SwitchRig.rules("- allow any -> any on tcp/80"))
            connect(rig)
            try rig.apply(SwitchRig.rules("- reject any -> any on tcp/80"))
            _ = (rig.received(1), rig.received(2))
            let (from, to): (UInt16, UInt16) = sender == 1 ? (4_000, 80) : (80, 4_000)
            let frame = FrameBuilder(sender, receiver).tcp(from, to, .ack)
            #expect(!rig.passes(frame, from: sender, to: receiver))
            let answer = try #require(rig.received(sender).first)
            let parsed = ParsedFrame(answer.bytes.span.bytes, virtio: answer.virtio)
            #expect(parsed.tcpFlags == .rst)
            #expect(parsed.fiveTuple.source == FrameBuilder.Station(receiver).ip)
            #expect(rig.drops(sender) == [.policyRevoked: 1])
            #expect(!rig.passes(frame, from: sender, to: receiver))
            #expect(rig.received(sender).isEmpty, "what has no connection any more is not answered")
            #expect(rig.total.isBalanced)
        }
    }

    @Test("a policy that still allows a connection does not disturb it")
    func keepsAllowed() throws {
        let rig = try SwitchRig(SwitchRig.rules("- allow any -> any on tcp/80"))
        connect(rig)
        try rig.apply(SwitchRig.rules("- allow vm vm1 -> vm vm2 on tcp/80"))
        #expect(rig.passes(FrameBuilder(2, 1).tcp(80, 4_000, .ack), from: 2, to: 1))
        #expect(rig.passes(FrameBuilder(1, 2).tcp(4_000, 80, .ack), from: 1, to: 2))
    }

    @Test("a wider policy binds at the next frame")
    func widens() throws {
        let rig = try SwitchRig(SwitchRig.rules("- allow any -> any on tcp/443"))
        #expect(!rig.passes(FrameBuilder(1, 2).tcp(4_000, 80, .syn), from: 1, to: 2))
        try rig.apply(SwitchRig.rules("- allow any -> any on tcp/80"))
        connect(rig)
    }

    @Test("a flow's verdict holds for its receiver alone")
    func bindsVerdictToReceiver() throws {
        let rig = try SwitchRig(SwitchRig.rules("- allow vm vm1 -> vm vm2"))
        #expect(rig.passes(FrameBuilder(1, 2).udp(9, 53), from: 1, to: 2))
        var diverted = FrameBuilder(1, 2)
        diverted.destination.mac = FrameBuilder.Station(3).mac
        #expect(!rig.passes(diverted.udp(9, 53), from: 1, to: 3))
        #expect(rig.drops(1) == [.unboundDestination: 1])
    }

    @Test("an idle connection is forgotten, and its reply is then refused")
    func expires() throws {
        let rig = try SwitchRig(SwitchRig.rules("- allow vm vm1 -> vm vm2 on udp/53"))
        #expect(rig.passes(FrameBuilder(1, 2).udp(5_000, 53), from: 1, to: 2))
        for _ in 0..<40 { rig.breathe(after: 1_000_000_000) }
        for _ in 0..<2_000 { rig.breathe() }
        #expect(!rig.passes(FrameBuilder(2, 1).udp(53, 5_000), from: 2, to: 1))
    }

    @Test("echo replies pass only after their request")
    func tracksEcho() throws {
        let rig = try SwitchRig()
        #expect(!rig.passes(FrameBuilder(2, 1).echo(0), from: 2, to: 1))
        #expect(rig.passes(FrameBuilder(1, 2).echo(8), from: 1, to: 2))
        #expect(rig.passes(FrameBuilder(2, 1).echo(0), from: 2, to: 1))
    }

    @Test("reject answers a SYN with a reset from the address that was called")
    func rejectsWithReset() throws {
        let rig = try SwitchRig(SwitchRig.rules("- reject any -> any on tcp/80"))
        #expect(!rig.passes(FrameBuilder(1, 2).tcp(4_000, 80, .syn), from: 1, to: 2))
        let answer = try #require(rig.received(1).first)
        let parsed = ParsedFrame(answer.bytes.span.bytes, virtio: answer.virtio)
        #expect(parsed.fault == .none)
        #expect(parsed.tcpFlags == [.rst, .ack])
        #expect(parsed.fiveTuple.source == FrameBuilder.Station(2).ip)
        #expect(parsed.fiveTuple.destinationPort == 4_000)
        #expect(rig.counts(1).transmittedReplies == 1)
        #expect(rig.drops(1) == [.rejectedByPolicy: 1])
        #expect(rig.total.isBalanced)
    }

    @Test("reject answers at a limited rate")
    func limitsRejects() throws {
        let rig = try SwitchRig(SwitchRig.rules("- reject any -> any"))
        for port in 0..<200 {
            rig.send(FrameBuilder(1, 2).udp(UInt16(1_000 + port), 9), from: 1)
        }
        #expect(rig.drops(1) == [.rejectedByPolicy: 200])
        #expect((10...40).contains(rig.counts(1).transmittedReplies))
    }
}
