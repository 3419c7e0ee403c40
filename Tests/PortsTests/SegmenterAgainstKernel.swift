import Packet
import Ports
import Testing

/// The proof that our segmentation is the kernel's, byte for byte: the same super-frame goes
/// through a packet socket and the queueing discipline to a device without offloads, and through
/// Segmenter.
final class SegmenterAgainstKernel {
    private let rig: NetworkRig
    private let tap: PlainTAP
    private let port: Endpoint
    private let arena = FrameArena()

    init() throws {
        rig = try NetworkRig()
        let namespace = try rig.makeNamespace()
        tap = try PlainTAP("tap0", in: namespace)
        try rig.ip(namespace, "link set tap0 txqueuelen 10000")
        try NetworkRig.run(
            "ip", "netns", "exec", namespace, "sysctl", "-qw",
            "net.ipv6.conf.default.disable_ipv6=1")
        let opened = try PortOpener.open(PortRequest("tap0", in: namespace, mode: .netdev))
        port = Endpoint(opened.takeDevice())
    }

    // A super-frame that is no longer than one segment has no kernel result: Linux drops it.
    @Test("TCP: sizes around the segment's, flags of the first and the last segment")
    func tcp() {
        for flow in [TestFrame.Flow.v4, .v6] {
            for byteCount in [1_401, 2_799, 2_800, 30_000, 65_400] {
                for flags: UInt8 in [0x10, 0x18, 0x19, 0xd9, 0x59] {
                    let frame = TestFrame.tcp(
                        flow, flags: flags, byteCount: byteCount, isPartial: true)
                    expectEqual(frame, TestFrame.tso(flow, segmentByteCount: 1_400))
                }
            }
        }
    }

    @Test("TCP with the ECN bit of the virtio-net header")
    func tcpWithECN() {
        for flow in [TestFrame.Flow.v4, .v6] {
            var virtio = TestFrame.tso(flow, segmentByteCount: 1_000)
            virtio.gsoType |= VirtioNetHeader.gsoECN
            expectEqual(
                TestFrame.tcp(flow, flags: 0xd8, byteCount: 9_500, isPartial: true), virtio)
        }
    }

    @Test("UDP: sizes around the segment's")
    func udp() {
        for flow in [TestFrame.Flow.v4, .v6] {
            for byteCount in [1_001, 1_999, 2_000, 2_001, 63_000] {
                let frame = TestFrame.udp(flow, byteCount: byteCount, isPartial: true)
                expectEqual(frame, TestFrame.uso(flow, segmentByteCount: 1_000))
            }
        }
    }

    @Test("400 random super-frames", arguments: [UInt64.random(in: 0 ... .max)])
    func random(seed: UInt64) {
        var random = Seeded(state: seed)
        for _ in 0..<400 {
            var flow = Bool.random(using: &random) ? TestFrame.Flow.v4 : .v6
            flow.source = flow.source.indices.map {
                Int.random(in: 1...($0 == 0 ? 99 : 255), using: &random)
            }
            .map(UInt8.init)
            let segment = Int.random(in: 200...1_440, using: &random)
            let more = Int.random(in: 1...min(60_000, segment * 60), using: &random)
            if Bool.random(using: &random) {
                let flags = UInt8.random(in: 0...255, using: &random) & 0xd9 | 0x10
                let frame = TestFrame.tcp(
                    flow, flags: flags, byteCount: segment + more, isPartial: true)
                expectEqual(frame, TestFrame.tso(flow, segmentByteCount: segment), "seed \(seed)")
            } else {
                let frame = TestFrame.udp(flow, byteCount: segment + more, isPartial: true)
                expectEqual(frame, TestFrame.uso(flow, segmentByteCount: segment), "seed \(seed)")
            }
        }
    }

    @Test("a partial checksum alone is completed as the kernel completes it")
    func completesChecksums() {
        for flow in [TestFrame.Flow.v4, .v6] {
            for isTCP in [true, false] {
                var virtio = TestFrame.tso(flow, segmentByteCount: 0)
                virtio.gsoType = VirtioNetHeader.gsoNone
                virtio.checksumOffset = isTCP ? 16 : 6
                let frame =
                    isTCP
                    ? TestFrame.tcp(flow, flags: 0x18, byteCount: 777, isPartial: true)
                    : TestFrame.udp(flow, byteCount: 777, isPartial: true)
                #expect(port.send(frame, virtio) == .sent)
                #expect(tap.readAll(expected: 1) == [completed(frame, virtio)])
            }
        }
    }
}

extension SegmenterAgainstKernel {
    private func expectEqual(
        _ frame: [UInt8], _ virtio: VirtioNetHeader, _ note: String = "",
        sourceLocation: SourceLocation = #_sourceLocation
    ) {
        let ours = segments(frame, virtio)
        let isSent = port.send(frame, virtio) == .sent
        let kernels = tap.readAll(expected: ours.count)
        #expect(isSent && !ours.isEmpty, "\(note)", sourceLocation: sourceLocation)
        guard ours != kernels else { return }
        let counts = "\(ours.count) segments of ours, \(kernels.count) of the kernel's"
        let index = zip(ours, kernels).enumerated().first { $1.0 != $1.1 }?.offset ?? -1
        let difference =
            index < 0 ? "" : "segment \(index): " + Self.difference(ours[index], kernels[index])
        Issue.record(
            "\(counts), \(virtio), \(difference) \(note)", sourceLocation: sourceLocation)
    }

    private static func difference(_ ours: [UInt8], _ kernels: [UInt8]) -> String {
        let offset = zip(ours, kernels).enumerated().first { $1.0 != $1.1 }?.offset
        return "\(ours.count) and \(kernels.count) bytes, first difference at \(offset ?? -1)"
    }

    private func slot(_ bytes: [UInt8], _ virtio: VirtioNetHeader) -> Frame {
        var frame = arena.frame(at: 0)
        frame.byteCount = bytes.count
        frame.virtio = virtio
        bytes.withUnsafeBytes { frame.base.copyMemory(from: $0.baseAddress!, byteCount: $0.count) }
        return frame
    }

    private func segments(_ bytes: [UInt8], _ virtio: VirtioNetHeader) -> [[UInt8]] {
        let frame = slot(bytes, virtio)
        let parsed = ParsedFrame(frame.bytes, virtio: virtio)
        var segments: [[UInt8]] = []
        guard var segmenter = Segmenter(frame, parsed) else { return [] }
        while let segment = segmenter.next(into: arena.frame(at: 1)) {
            let copy = UnsafeRawBufferPointer(start: segment.base, count: segment.byteCount)
            segments.append([UInt8](copy))
        }
        return segments
    }

    private func completed(_ bytes: [UInt8], _ virtio: VirtioNetHeader) -> [UInt8] {
        let frame = slot(bytes, virtio)
        ChecksumCompletion.complete(frame, ParsedFrame(frame.bytes, virtio: virtio))
        return [UInt8](UnsafeRawBufferPointer(start: frame.base, count: frame.byteCount))
    }
}

/// A small generator that repeats from its seed (SplitMix64).
struct Seeded: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ mixed >> 30) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ mixed >> 27) &* 0x94d0_49bb_1331_11eb
        return mixed ^ mixed >> 31
    }
}
