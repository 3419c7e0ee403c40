import Packet
import Testing

/// UDP datagrams of one flow, joined as the segments of TCP are.
@Suite struct SegmentCoalescerDatagramTests {
    private static let run = SegmentSample(isUDP: true, payload: Build.data(18)).run(3)

    @Test(
        "the joined frame is the one that a guest's kernel would have sent",
        arguments: [false, true])
    func writesSuperFrame(isIPv6: Bool) throws {
        var run = SegmentSample(isIPv6: isIPv6, isUDP: true, payload: Build.data(18)).run(3)
        run[2].payload = [1, 2, 3]
        let out = Coalesced(run.map(\.octets))
        try #require(out.frames.count == 1)
        let (octets, virtio) = out.frames[0]
        var naive = run[0]
        naive.payload += run[1].payload + [1, 2, 3]
        #expect(octets == SegmentSample.partial(naive.octets))
        #expect(virtio.flags == VirtioNetHeader.needsChecksum && virtio.gsoSize == 18)
        #expect(virtio.gsoType == 5 && virtio.checksumOffset == 6)
        #expect(virtio.checksumStart == (isIPv6 ? 54 : 34))
        #expect(virtio.headerByteCount == virtio.checksumStart + 8)
        #expect(parse(octets, virtio).fault == .none)
    }

    /// Octets of the headers, of IPv4 and of IPv6, with bits to flip: MAC addresses, ECN, DF, TTL,
    /// IP addresses, ports; MAC addresses, traffic class, flow label, hop limit, and the same.
    private static let fields: [[(offset: Int, bits: UInt8)]] = [
        [(5, 1), (11, 1), (15, 3), (20, 0x40), (22, 1), (29, 4), (33, 4), (35, 1), (37, 1)],
        [(5, 1), (11, 1), (14, 1), (17, 1), (21, 1), (37, 4), (53, 4), (55, 1), (57, 1)],
    ]

    @Test(
        "a datagram whose header differs does not join, though its checksums are right",
        arguments: [false, true], 0..<9)
    func refusesDifferences(isIPv6: Bool, index: Int) {
        let field = Self.fields[isIPv6 ? 1 : 0][index]
        Coalesced.expectAlone(
            SegmentSample(isIPv6: isIPv6, isUDP: true), offset: field.offset, bits: field.bits)
    }

    @Test("a run ends with a shorter datagram, and before a longer one")
    func ends() {
        var run = Self.run
        run[1].payload.removeLast()
        #expect(Coalesced.counts(run.map(\.octets)) == [2, 1])
        run[1].payload += [1, 2]
        #expect(Coalesced.counts(run.map(\.octets)) == [1, 2])
    }

    @Test("a datagram without a checksum, or with a wrong one, stays alone, first or later")
    func isolatesBadSums() {
        for index in 0..<3 {
            for isAbsent in [false, true] {
                var frames = Self.run.map(\.octets)
                if isAbsent {
                    frames[index].replaceSubrange(40..<42, with: [0, 0])
                } else {
                    frames[index][50] ^= 1
                }
                let out = Coalesced(frames)
                #expect(out.segments == frames)
                #expect(out.frames.count == [2, 3, 2][index])
            }
        }
    }

    @Test(
        "a datagram whose length lies, up or down, stays alone, first or later",
        arguments: [1, 2, 0xff] as [UInt8], 0..<2)
    func isolatesBadLengths(bits: UInt8, index: Int) {
        var frames = Self.run.map(\.octets)
        frames[index][39] ^= bits
        frames[index] = SegmentSample.summed(frames[index])
        let out = Coalesced(frames)
        #expect(out.isIntact && out.segments == frames)
        #expect(out.frames.count == [2, 3][index])
    }

    @Test("a run grows to 128 datagrams of any size, and to 65,535 bytes")
    func keepsLimits() {
        let tiny = SegmentSample(isUDP: true, payload: [7]).run(129).map(\.octets)
        #expect(Coalesced.counts(tiny) == [128, 1])
        let large = SegmentSample(isUDP: true, payload: Build.data(1_400)).run(47).map(\.octets)
        #expect(Coalesced.counts(large) == [46, 1])
        #expect(Coalesced.counts(Array(tiny[..<3]), capacity: 42 + 2) == [2, 1])
    }

    @Test(
        "DHCP stays alone: its servers and relays read frames, not datagrams",
        arguments: [67, 68, 546, 547] as [UInt16])
    func leavesDHCP(port: UInt16) {
        var sample = SegmentSample(isUDP: true)
        sample.port = port
        let run = sample.run(2).map(\.octets)
        #expect(Coalesced(run).frames.map(\.octets) == run)
    }

    @Test("datagrams to many receivers, without data, or of a kernel that takes none stay alone")
    func refusesOthers() {
        let empty = SegmentSample(isUDP: true, payload: []).run(2).map(\.octets)
        #expect(Coalesced(empty).frames.map(\.octets) == empty)
        let multicast = Self.run.map { sample in
            var octets = sample.octets
            octets[0] |= 1
            return octets
        }
        #expect(Coalesced(multicast).frames.map(\.octets) == multicast)
        let slot = Slot(capacity: 2_000)
        var coalescer = SegmentCoalescer(into: slot.frame, joinsDatagrams: false)
        let input = Slot(Self.run[0].octets)
        #expect(coalescer.add(input.frame, parse(input.frame.octets)) == .refused)
        let segment = Slot(SegmentSample().octets)
        #expect(coalescer.add(segment.frame, parse(segment.frame.octets)) == .began)
    }

    @Test("a datagram does not join a segment, nor a segment a datagram")
    func tellsProtocolsApart() {
        let mixed = [SegmentSample(), SegmentSample(isUDP: true)].map(\.octets)
        #expect(Coalesced.counts(mixed) == [1, 1])
        #expect(Coalesced.counts(mixed.reversed()) == [1, 1])
    }
}
