import Packet
import Ports
import Telemetry
import Testing

/// The switch on one end of a veth pair, the guest on the other.
struct PacketSocketPortTests {
    private let pair: IsolatedPair
    private let port: Endpoint
    private let guest: Endpoint

    init() throws {
        pair = try IsolatedPair()
        port = try pair.openPort().port
        guest = try Endpoint("guest0", in: pair.guest)
        _ = port.receive(milliseconds: 50)
    }

    @Test("a frame passes in both directions, byte for byte", arguments: [14, 60, 1_514])
    func carriesFrames(byteCount: Int) {
        let frame = TestFrame.plain(byteCount)
        #expect(port.send(frame) == .sent)
        #expect(guest.receive(1).map(\.bytes) == [frame])
        #expect(guest.send(frame) == .sent)
        let received = port.receive(1)
        #expect(received.map(\.bytes) == [frame])
        #expect(received.map(\.fault) == [nil])
    }

    @Test("frames for other stations are received, too")
    func isPromiscuous() {
        var frame = TestFrame.plain()
        frame.replaceSubrange(0..<6, with: [0x52, 0x54, 0, 1, 2, 3])
        #expect(guest.send(frame) == .sent)
        #expect(port.receive(1).map(\.bytes) == [frame])
    }

    @Test("one call takes 64 frames, the next the rest, in order")
    func takesBatches() {
        let frames = (0..<70).map { TestFrame.plain(60, seed: $0) }
        for frame in frames { #expect(guest.send(frame) == .sent) }
        #expect(port.receive(70).map(\.bytes) == frames)
        #expect(port.batchCounts.filter { $0 > 0 } == [64, 6])
    }

    @Test("a super-frame passes whole in both directions", arguments: [TestFrame.Flow.v4, .v6])
    func carriesSuperFrames(flow: TestFrame.Flow) throws {
        let frame = TestFrame.tcp(flow, flags: 0x18, byteCount: 60_000, isPartial: true)
        let virtio = TestFrame.tso(flow, segmentByteCount: 1_400)
        for (sender, receiver) in [(port, guest), (guest, port)] {
            #expect(sender.send(frame, virtio) == .sent)
            let received = try #require(receiver.receive(1).first)
            #expect(received.bytes == frame && received.fault == nil)
            #expect(received.virtio.gsoType == virtio.gsoType && received.virtio.gsoSize == 1_400)
            #expect(received.virtio.isChecksumPartial)
        }
    }

    @Test(
        "a tag that the kernel took out of a frame is reported, also that of VLAN 0",
        arguments: [(type: 0x81_00, vlan: 7), (0x81_00, 0), (0x88_a8, 7)])
    func seesStrippedTags(type: Int, vlan: UInt8) throws {
        var frame = TestFrame.plain(60)
        frame.replaceSubrange(12..<14, with: TestFrame.octets(type) + [0, vlan, 0x08, 0x00])
        #expect(guest.send(frame) == .sent)
        let received = try #require(port.receive(1).first)
        #expect(received.fault == .vlanTagged)
        #expect(received.bytes.count == frame.count - 4, "the kernel took it out of the bytes")
    }

    @Test("a frame longer than its slot is reported as truncated, and the next one is sound")
    func reportsTruncation() throws {
        try pair.rig.ip(pair.guest, "link set guest0 gso_max_size 200000")
        let flow = TestFrame.Flow.v6
        let virtio = TestFrame.tso(flow, segmentByteCount: 1_400)
        let long = TestFrame.tcp(
            flow, flags: 0x18, byteCount: Frame.byteCountMax - 77, isPartial: true)
        let fitting = TestFrame.tcp(
            flow, flags: 0x18, byteCount: Frame.byteCountMax - 78, isPartial: true)
        #expect(guest.send(long, virtio) == .sent)
        #expect(guest.send(fitting, virtio) == .sent)
        let received = port.receive(2)
        #expect(received.map(\.fault) == [.truncated, nil])
        #expect(received.map(\.bytes.count) == [Frame.byteCountMax, Frame.byteCountMax])
        #expect(received.last?.bytes == fitting)
    }

    @Test("a virtio-net header that contradicts its frame is refused, and the next frame passes")
    func refusesBadHeaders() {
        var virtio = VirtioNetHeader()
        virtio.flags = VirtioNetHeader.needsChecksum
        virtio.checksumStart = 9_999
        #expect(port.send(TestFrame.plain(), virtio) == .refused)
        #expect(port.send(TestFrame.plain(3_000)) == .refused, "longer than the MTU")
        #expect(port.send(TestFrame.plain()) == .sent)
        #expect(guest.receive(1).count == 1)
    }

    @Test("a link that goes down and up again is not gone; a deleted device is")
    func tellsDownFromGone() throws {
        try pair.rig.ip(pair.host, "link set port0 down")
        #expect(port.receive(1, milliseconds: 100).isEmpty)
        #expect(!port.isDeviceGone)
        #expect(port.send(TestFrame.plain()) == .refused)
        try pair.rig.ip(pair.host, "link set port0 up")
        #expect(port.send(TestFrame.plain()) == .sent)
        #expect(guest.receive(1).count == 1)
        #expect(guest.send(TestFrame.plain()) == .sent)
        #expect(port.receive(1).count == 1)
        try pair.rig.ip(pair.host, "link del port0")
        _ = port.receive(1, milliseconds: 2_000)
        #expect(port.isDeviceGone)
    }

    @Test("frames that the kernel lost while nobody read are counted")
    func countsLosses() throws {
        let opened = try PortOpener.open(PortRequest("port0", in: pair.host, mode: .netdev))
        guard case .packetSocket(let port) = opened.takeDevice() else { return }
        #expect(port.takeLostCount() == 0)
        for _ in 0..<40_000 where port.takeLostCount() == 0 { _ = guest.send(TestFrame.plain()) }
        _ = guest.send(TestFrame.plain())
        #expect(port.takeLostCount() > 0)
    }
}
