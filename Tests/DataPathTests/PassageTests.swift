import DataPath
import Packet
import Ports
import Telemetry
import Testing

/// What the passage of a frame says of it, seen through the switch.
@Suite struct PassageTests {
    /// A rig with an open connection from station 1 to station 2.
    private func connected() throws -> SwitchRig {
        let rig = try SwitchRig()
        #expect(rig.passes(FrameBuilder(1, 2).tcp(4_000, 80, .syn), from: 1, to: 2))
        #expect(rig.passes(FrameBuilder(2, 1).tcp(80, 4_000, [.syn, .ack]), from: 2, to: 1))
        return rig
    }

    @Test("a super-frame leaves with a header length of the switch's, not of the guest's")
    func recomputesHeaderLength() throws {
        let rig = try connected()
        var frame = FrameBuilder(1, 2).superFrame(4_000, 80, byteCount: 9_000, gsoSize: 1_448)
        frame.virtio.headerByteCount = 0xffff
        rig.send(frame, from: 1)
        #expect(rig.received(2).first?.virtio.headerByteCount == 54)
    }

    @Test("what fits one segment leaves as no super-frame, its checksum still to be made")
    func unmarksSingleSegments() throws {
        let rig = try connected()
        rig.send(FrameBuilder(1, 2).superFrame(4_000, 80, byteCount: 99, gsoSize: 1_448), from: 1)
        let virtio = try #require(rig.received(2).first).virtio
        #expect(!virtio.isSuperFrame)
        #expect(virtio.gsoSize == 0)
        #expect(virtio.isChecksumPartial)
    }

    @Test("a guest's claim that a checksum is valid is not passed on")
    func dropsClaims() throws {
        let rig = try connected()
        var frame = FrameBuilder(1, 2).tcp(4_000, 80, .ack)
        frame.virtio.flags = VirtioNetHeader.dataValid
        rig.send(frame, from: 1)
        #expect(rig.received(2).first?.virtio == VirtioNetHeader())
    }

    @Test("segments of every combination that opens nothing are refused without a connection")
    func opensBySYNAlone() throws {
        let rig = try SwitchRig()
        for raw in UInt8.min...UInt8.max {
            let flags = TCPFlags(rawValue: raw)
            let port = UInt16(1_000) + UInt16(raw)
            let passes = rig.passes(FrameBuilder(1, 2).tcp(port, 80, flags), from: 1, to: 2)
            let isSYN = flags.intersection([.syn, .ack, .rst, .fin]) == .syn
            #expect(passes == isSYN, "\(flags)")
        }
    }
}
