import Packet
import Ports
import Telemetry
import Testing

/// A TAP device with its guest's side in a namespace of its own.
struct TAPPortTests {
    private let rig: NetworkRig
    private let namespace: String
    private let port: Endpoint
    private let guest: Endpoint

    init() throws {
        rig = try NetworkRig()
        namespace = try rig.makeNamespace()
        try NetworkRig.run(
            "ip", "netns", "exec", namespace, "sysctl", "-qw",
            "net.ipv6.conf.default.disable_ipv6=1")
        let request = PortRequest("tap0", in: namespace, mode: .tap, mtu: 9_000)
        port = Endpoint(try PortOpener.open(request).takeDevice())
        guest = try Endpoint("tap0", in: namespace)
    }

    @Test("a frame passes in both directions, byte for byte", arguments: [14, 60, 1_514, 9_014])
    func carriesFrames(byteCount: Int) {
        let frame = TestFrame.plain(byteCount)
        #expect(port.send(frame) == .sent)
        #expect(guest.receive(1).map(\.bytes) == [frame])
        #expect(guest.send(frame) == .sent)
        let received = port.receive(1)
        #expect(received.map(\.bytes) == [frame])
        #expect(received.map(\.fault) == [nil])
        #expect(received.map(\.virtio.gsoType) == [VirtioNetHeader.gsoNone])
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
        #expect(port.send(frame, virtio) == .sent)
        let atGuest = try #require(guest.receive(1).first)
        #expect(atGuest.bytes == frame)
        #expect(atGuest.virtio.gsoType == virtio.gsoType && atGuest.virtio.gsoSize == 1_400)
        #expect(guest.send(frame, virtio) == .sent)
        let atPort = try #require(port.receive(1).first)
        #expect(atPort.bytes == frame)
        #expect(atPort.virtio.gsoType == virtio.gsoType && atPort.virtio.gsoSize == 1_400)
        #expect(atPort.virtio.checksumStart == virtio.checksumStart)
    }

    @Test("a UDP super-frame passes whole in both directions", arguments: [TestFrame.Flow.v4, .v6])
    func carriesDatagramTrains(flow: TestFrame.Flow) throws {
        let frame = TestFrame.udp(flow, byteCount: 30_000, isPartial: true)
        let virtio = TestFrame.uso(flow, segmentByteCount: 1_000)
        #expect(port.send(frame, virtio) == .sent)
        #expect(guest.receive(1).map(\.bytes) == [frame])
        #expect(guest.send(frame, virtio) == .sent)
        let atPort = try #require(port.receive(1).first)
        #expect(atPort.bytes == frame)
        #expect(atPort.virtio.gsoType == VirtioNetHeader.gsoUDPL4)
    }

    @Test("a virtio-net header that contradicts its frame is refused, and the next frame passes")
    func refusesBadHeaders() {
        var beyond = VirtioNetHeader()
        beyond.flags = VirtioNetHeader.needsChecksum
        beyond.checksumStart = 9_999
        #expect(port.send(TestFrame.plain(), beyond) == .refused)
        var unknown = VirtioNetHeader()
        unknown.gsoType = 99
        #expect(port.send(TestFrame.plain(), unknown) == .refused)
        #expect(port.send(TestFrame.plain()) == .sent)
        #expect(guest.receive(1).count == 1)
    }

    @Test("a frame toward a guest whose link is down is refused")
    func refusesWhileDown() throws {
        try rig.ip(namespace, "link set tap0 down")
        #expect(port.send(TestFrame.plain()) == .refused)
        try rig.ip(namespace, "link set tap0 up")
        #expect(port.send(TestFrame.plain()) == .sent)
    }

    @Test("an empty device gives an empty batch, and is not gone")
    func readsNothing() {
        #expect(port.receive(1, milliseconds: 50).isEmpty)
        #expect(!port.isDeviceGone)
    }

    @Test(
        "a deleted device is gone, and so is one whose namespace is deleted",
        arguments: [true, false])
    func noticesDeletion(byNamespace: Bool) throws {
        guest.close()
        if byNamespace {
            try rig.delete(namespace)
        } else {
            try rig.ip(namespace, "link del tap0")
        }
        _ = port.receive(1, milliseconds: 2_000)
        #expect(port.isDeviceGone)
        #expect(port.send(TestFrame.plain()) == .refused)
    }

    @Test("a VLAN tag stands in the frame, where the parser sees it")
    func showsTags() {
        var frame = TestFrame.plain()
        frame.replaceSubrange(12..<14, with: [0x81, 0x00, 0, 7, 0x08, 0x00])
        #expect(guest.send(frame) == .sent)
        #expect(port.receive(1).map(\.bytes) == [frame])
    }
}
