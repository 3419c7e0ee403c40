import Packet
import Ports
import Telemetry
import Testing

/// Ethernet around the packets of the host: what is written, what is refused, on any input.
struct HostFramingTests {
    private static let own = MACAddress(rawValue: 0x0200_0000_00aa)
    private static let peer: [UInt8] = [2, 0, 0, 0, 0, 1]
    private let framing = HostFraming(own: Self.own)

    @Test(
        "a packet becomes a frame from the host to the switch",
        arguments: [
            (first: 0x45 as UInt8, type: [8, 0] as [UInt8], fault: nil as DropReason?),
            (0x60, [0x86, 0xdd], nil), (0x4f, [8, 0], nil), (0x00, [0, 0], .etherType),
            (0x50, [0, 0], .etherType), (0xff, [0, 0], .etherType),
        ])
    func presents(first: UInt8, type: [UInt8], fault: DropReason?) {
        let packet = [first] + (1..<100).map { UInt8($0) }
        let (bytes, virtio, found) = present(packet, VirtioNetHeader())
        #expect(bytes == Self.peer + TestFrame.octets(Self.own) + type + packet)
        #expect(virtio == VirtioNetHeader() && found == fault)
    }

    @Test("the virtio-net header moves to the front of the frame, its checksum behind the header")
    func movesHeaders() {
        let virtio = TestFrame.tso(.v4, segmentByteCount: 1_400).removingHeader(byteCount: 14)
        let packet = Array(
            TestFrame.tcp(.v4, flags: 0x18, byteCount: 3_000, isPartial: true)[14...])
        let (bytes, moved, fault) = present(packet, virtio ?? VirtioNetHeader())
        #expect(moved == TestFrame.tso(.v4, segmentByteCount: 1_400) && fault == nil)
        #expect(Array(bytes[14...]) == packet)
    }

    @Test("a packet of any virtio-net header is a frame that can be judged, or a fault")
    func survivesHostileHeaders() {
        var random = SystemRandomNumberGenerator()
        let packet = Array(TestFrame.tcp(.v4, flags: 0x18, byteCount: 600, isPartial: true)[14...])
        for _ in 0..<5_000 {
            var virtio = VirtioNetHeader()
            virtio.flags = .random(in: 0...7, using: &random)
            virtio.gsoType = .random(in: 0...255, using: &random)
            virtio.gsoSize = .random(in: 0...2_000, using: &random)
            virtio.checksumStart = Bool.random() ? 20 : .random(in: 0...UInt16.max, using: &random)
            virtio.checksumOffset = Bool.random() ? 16 : .random(in: 0...UInt16.max, using: &random)
            let (bytes, moved, fault) = present(packet, virtio)
            let isLost = virtio.isChecksumPartial && virtio.checksumStart > 65_521
            #expect((fault == .virtioHeader) == isLost, "\(virtio)")
            #expect(bytes.count == packet.count + 14)
            if isLost { #expect(moved == VirtioNetHeader()) }
            let parsed = ParsedFrame(bytes.span.bytes, virtio: moved)
            if parsed.fault == .none, moved.isChecksumPartial { #expect(moved.checksumStart == 34) }
        }
    }

    @Test("a frame for the host loses its header; any other is refused")
    func judgesFrames() {
        let v4 = Array(TestFrame.udp(.v4, byteCount: 20)[14...])
        let v6 = Array(TestFrame.udp(.v6, byteCount: 20)[14...])
        let own = TestFrame.octets(Self.own)
        let cases: [(to: [UInt8], type: Int, packet: [UInt8], isTaken: Bool)] = [
            (own, 0x0800, v4, true), (own, 0x86dd, v6, true), (own, 0x0800, [0x45], true),
            (own, 0x0800, v6, false), (own, 0x86dd, v4, false), (own, 0x0806, v4, false),
            (own, 0x0800, [], false), (own, 0x8100, [0, 7, 8, 0] + v4, false),
            (Self.peer, 0x0800, v4, false), (TestFrame.broadcast, 0x0800, v4, false),
            ([0x33, 0x33, 0, 0, 0, 1], 0x86dd, v6, false),
        ]
        for (index, row) in cases.enumerated() {
            let bytes = TestFrame.ethernet(row.to, Self.peer, row.type) + row.packet
            #expect((packetHeader(bytes, VirtioNetHeader()) != nil) == row.isTaken, "row \(index)")
        }
        for count in 0...14 {
            let bytes = Array((own + Self.peer + [8, 0]).prefix(count))
            #expect(packetHeader(bytes, VirtioNetHeader()) == nil, "\(count) bytes")
        }
    }

    @Test("a frame whose checksum starts in its Ethernet header is refused")
    func judgesChecksums() {
        let bytes =
            TestFrame.ethernet(TestFrame.octets(Self.own), Self.peer, 0x0800)
            + TestFrame.udp(.v4, byteCount: 20)[14...]
        var virtio = VirtioNetHeader()
        virtio.flags = VirtioNetHeader.needsChecksum
        virtio.checksumOffset = 6
        for start in [0, 13, 14, 34] as [UInt16] {
            virtio.checksumStart = start
            let expected = start < 14 ? nil : start - 14
            #expect(packetHeader(bytes, virtio)?.checksumStart == expected)
        }
    }

    private func present(
        _ packet: [UInt8], _ virtio: VirtioNetHeader
    ) -> (bytes: [UInt8], virtio: VirtioNetHeader, fault: DropReason?) {
        let arena = FrameArena()
        let frame = arena.frame(at: 3)
        let start = frame.base + 14
        start.storeBytes(of: virtio, toByteOffset: -10, as: VirtioNetHeader.self)
        packet.withUnsafeBytes { start.copyMemory(from: $0.baseAddress!, byteCount: $0.count) }
        let fault = framing.present(frame)
        let bytes = UnsafeRawBufferPointer(start: frame.base, count: 14 + packet.count)
        return ([UInt8](bytes), frame.virtio, fault)
    }

    private func packetHeader(_ bytes: [UInt8], _ virtio: VirtioNetHeader) -> VirtioNetHeader? {
        let arena = FrameArena()
        var frame = arena.frame(at: 5)
        frame.virtio = virtio
        frame.byteCount = bytes.count
        bytes.withUnsafeBytes { source in
            guard let start = source.baseAddress else { return }
            frame.base.copyMemory(from: start, byteCount: source.count)
        }
        return framing.packetHeader(of: frame)
    }
}
