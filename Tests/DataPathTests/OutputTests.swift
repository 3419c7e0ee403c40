import DataPath
import Packet
import Ports
import Telemetry
import Testing

@Suite struct OutputTests {
    /// A rig with an open connection from station 1 to station 2, which takes no super-frames.
    private func rig(superFrames: Bool) throws -> SwitchRig {
        let rig = try SwitchRig(stations: [1])
        try rig.attach(2, superFrames: superFrames)
        try rig.apply(SwitchRig.allowAll)
        #expect(rig.passes(FrameBuilder(1, 2).tcp(4_000, 80, .syn), from: 1, to: 2))
        #expect(rig.passes(FrameBuilder(2, 1).tcp(80, 4_000, [.syn, .ack]), from: 2, to: 1))
        return rig
    }

    @Test("a super-frame is carried whole to a port that takes it, and counted once")
    func carriesWhole() throws {
        let rig = try rig(superFrames: true)
        let frame = FrameBuilder(1, 2).superFrame(4_000, 80, byteCount: 40_000, gsoSize: 1_448)
        rig.send(frame, from: 1)
        let arrived = rig.received(2)
        #expect(arrived.map(\.bytes) == [frame.bytes])
        #expect(arrived.first?.virtio.gsoSize == 1_448)
        #expect(rig.total.isBalanced)
    }

    @Test("a super-frame is cut and checksummed for a port that takes none, and counted once")
    func segments() throws {
        let rig = try rig(superFrames: false)
        let frame = FrameBuilder(1, 2).superFrame(4_000, 80, byteCount: 40_000, gsoSize: 1_448)
        rig.send(frame, from: 1)
        let segments = rig.received(2)
        #expect(segments.count == 28)
        #expect(segments.allSatisfy { $0.bytes.count <= 1_514 && $0.virtio == VirtioNetHeader() })
        #expect(segments.flatMap { $0.bytes[54...] } == Array(frame.bytes[54...]))
        #expect(rig.counts(2).transmittedFrames == 2)
        #expect(rig.total.isBalanced)
    }

    @Test("a partial checksum is completed for a port that takes none")
    func completesChecksum() throws {
        let rig = try rig(superFrames: false)
        var frame = FrameBuilder(1, 2).superFrame(4_000, 80, byteCount: 100, gsoSize: 1_448)
        frame.virtio.gsoType = VirtioNetHeader.gsoNone
        frame.virtio.gsoSize = 0
        rig.send(frame, from: 1)
        let payload = Array(frame.bytes[54...])
        let whole = FrameBuilder(1, 2).tcp(4_000, 80, .ack, payload)
        #expect(rig.received(2).map(\.bytes) == [whole.bytes])
    }

    @Test("a frame beyond the network's MTU is dropped, also when only its segments are too long")
    func dropsOversize() throws {
        let rig = try rig(superFrames: true)
        let long = [UInt8](repeating: 0, count: 1_480)
        rig.send(FrameBuilder(1, 2).udp(1, 2, long), from: 1)
        rig.send(
            FrameBuilder(1, 2).superFrame(4_000, 80, byteCount: 9_000, gsoSize: 1_470), from: 1)
        #expect(rig.received(2).isEmpty)
        #expect(rig.drops(1) == [.mtuExceeded: 2])
    }

    @Test("a full or failing receiver costs the frame, counted at its sender")
    func countsLoss() throws {
        let rig = try rig(superFrames: true)
        rig.wires[2]?.inject(.full(1))
        rig.send(FrameBuilder(1, 2).tcp(4_000, 80, .ack), from: 1)
        rig.wires[2]?.inject(.refused(1))
        rig.send(FrameBuilder(1, 2).tcp(4_000, 80, .ack), from: 1)
        #expect(rig.drops(1) == [.transmitQueueFull: 1, .transmitFailed: 1])
        #expect(rig.total.isBalanced)
    }

    @Test("padding behind the packet is not forwarded")
    func stripsPadding() throws {
        let rig = try rig(superFrames: true)
        let frame = FrameBuilder(1, 2).tcp(4_000, 80, .ack)
        rig.send(MemoryFrame(frame.bytes + [0xde, 0xad, 0xbe, 0xef]), from: 1)
        #expect(rig.received(2).map(\.bytes) == [frame.bytes])
    }
}
