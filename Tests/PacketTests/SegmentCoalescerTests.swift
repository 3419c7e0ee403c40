import Packet
import Testing

@Suite struct SegmentCoalescerTests {
    @Test("a super-frame that was cut is itself again", arguments: [1, 2, 3] as [UInt64])
    func reversesSegmenter(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        var unreadCount = 0
        for round in 0..<300 {
            let (octets, virtio) = superFrame(&random)
            try #require(parse(octets, virtio).fault == .none, "seed \(seed), round \(round)")
            var whole = Coalesced([])
            whole.frames = [(octets, virtio)]
            let joined = Coalesced(whole.segments)
            try #require(joined.isIntact && joined.frames.count == 1, "seed \(seed), \(round)")
            #expect(joined.frames[0].octets == octets, "seed \(seed), round \(round)")
            #expect(joined.frames[0].virtio == virtio, "seed \(seed), round \(round)")
            unreadCount += joined.unreadCount
        }
        #expect(unreadCount > 300, "seed \(seed)")
    }

    @Test("a row of frames that were damaged, lost, doubled and mixed comes out whole and in order")
    func losesNothing() throws {
        var joinedCount = 0
        for seed in 1...400 as ClosedRange<UInt64> {
            var random = SeededRandom(seed: seed)
            let row = hostileRow(&random)
            let out = Coalesced(row)
            #expect(out.isIntact, "seed \(seed)")
            try #require(out.segments.map(anonymous) == row.map(anonymous), "seed \(seed)")
            for (octets, virtio) in out.frames {
                #expect(parse(octets, virtio).fault == .none, "seed \(seed)")
            }
            joinedCount += row.count - out.frames.count
        }
        #expect(joinedCount > 4_000)
    }

    @Test("a single segment is the very frame that came", arguments: [false, true])
    func keepsSingle(isIPv6: Bool) {
        let slot = Slot(capacity: 4_096)
        let input = Slot(SegmentSample(isIPv6: isIPv6, padding: 9).octets)
        var coalescer = SegmentCoalescer(into: slot.frame)
        let parsed = parse(input.frame.octets)
        #expect(coalescer.isEmpty && coalescer.finish() == nil)
        #expect(coalescer.add(input.frame, parsed) == .began)
        #expect(!coalescer.isEmpty && coalescer.holdsFlow(of: parsed))
        #expect(!coalescer.holdsFlow(of: parse(SegmentSample(isIPv6: isIPv6, port: 81).octets)))
        let frame = coalescer.finish()
        #expect(frame?.base == input.frame.base && frame?.byteCount == input.frame.byteCount)
        #expect(coalescer.isEmpty && coalescer.finish() == nil)
        #expect(!coalescer.holdsFlow(of: parsed))
    }

    @Test(
        "the joined frame is the one that a guest's kernel would have sent",
        arguments: [false, true])
    func writesSuperFrame(isIPv6: Bool) throws {
        var run = SegmentSample(isIPv6: isIPv6, flags: [.ack, .ece]).run(3)
        run[2].flags.formUnion([.psh, .fin])
        run[2].payload = [1, 2, 3]
        run[2].padding = 6
        let out = Coalesced(run.map(\.octets))
        try #require(out.frames.count == 1)
        let (octets, virtio) = out.frames[0]
        var naive = SegmentSample(isIPv6: isIPv6, flags: [.ack, .ece, .psh, .fin])
        naive.payload += run[1].payload + [1, 2, 3]
        #expect(octets == SegmentSample.partial(naive.octets))
        #expect(virtio.flags == VirtioNetHeader.needsChecksum && virtio.gsoSize == 100)
        #expect(virtio.gsoType == (isIPv6 ? 4 : 1) && virtio.checksumOffset == 16)
        #expect(virtio.checksumStart == (isIPv6 ? 54 : 34))
        #expect(virtio.headerByteCount == virtio.checksumStart + 32)
    }

    /// A second segment with one octet of its header changed, whose checksums are right.
    struct Change: Sendable, CustomTestStringConvertible {
        let testDescription: String
        var isIPv6 = false
        let offset: Int
        let bits: UInt8
    }

    static let differences: [Change] =
        [
            Change(testDescription: "destination MAC", offset: 5, bits: 1),
            Change(testDescription: "source MAC", offset: 11, bits: 1),
            Change(testDescription: "CE mark", offset: 15, bits: 3),
            Change(testDescription: "may be fragmented", offset: 20, bits: 0x40),
            Change(testDescription: "reserved IP flag", offset: 20, bits: 0x80),
            Change(testDescription: "time to live", offset: 22, bits: 1),
            Change(testDescription: "source", offset: 29, bits: 4),
            Change(testDescription: "destination", offset: 33, bits: 4),
            Change(testDescription: "traffic class", isIPv6: true, offset: 14, bits: 1),
            Change(testDescription: "flow label", isIPv6: true, offset: 17, bits: 1),
            Change(testDescription: "hop limit", isIPv6: true, offset: 21, bits: 1),
            Change(testDescription: "source6", isIPv6: true, offset: 37, bits: 4),
            Change(testDescription: "destination6", isIPv6: true, offset: 38, bits: 4),
        ] + [false, true].flatMap(transportDifferences)

    private static func transportDifferences(_ isIPv6: Bool) -> [Change] {
        let fields: [(String, Int, UInt8)] = [
            ("source port", 1, 1), ("destination port", 3, 1), ("a byte lost", 7, 1),
            ("acknowledgment", 8, 0x80), ("acknowledgment's end", 11, 1), ("reserved bit", 12, 1),
            ("CWR", 13, 0x80), ("ECE", 13, 0x40), ("URG", 13, 0x20), ("no ACK, SYN", 13, 0x12),
            ("no ACK, RST", 13, 0x14), ("window", 15, 1), ("urgent pointer", 19, 1),
            ("first option", 20, 2), ("timestamp", 27, 1), ("echoed timestamp", 31, 1),
        ]
        return fields.map { name, offset, bits in
            Change(
                testDescription: name + (isIPv6 ? "6" : ""), isIPv6: isIPv6,
                offset: (isIPv6 ? 54 : 34) + offset, bits: bits)
        }
    }

    @Test("a segment whose header differs does not join", arguments: differences)
    func refusesDifference(_ change: Change) {
        Coalesced.expectAlone(
            SegmentSample(isIPv6: change.isIPv6), offset: change.offset, bits: change.bits)
    }

    @Test("what may differ does: FIN, PSH, and the identification")
    func allowsDifferences() {
        var run = SegmentSample().run(2)
        run[1].identification = 7
        #expect(Coalesced(run.map(\.octets)).frames.count == 1)
        for flags in [[.ack, .psh], [.ack, .fin]] as [TCPFlags] {
            run[1].flags = flags
            #expect(Coalesced(run.map(\.octets)).frames.count == 1)
        }
    }

    @Test("a run ends with PSH, with FIN, and with a shorter segment")
    func ends() {
        for index in 0..<2 {
            for flags in [[.ack, .psh], [.ack, .fin]] as [TCPFlags] {
                var run = SegmentSample().run(4)
                run[index].flags = flags
                #expect(counts(run) == [index + 1, 3 - index])
            }
        }
        var run = SegmentSample().run(3)
        run[1].payload.removeLast()
        run[2].sequence &-= 1
        #expect(counts(run) == [2, 1])
        run[1].payload += [1, 2]
        run[2].sequence &+= 2
        #expect(counts(run) == [1, 2])
    }

    @Test("urgent data does not join, and padding is left behind")
    func refusesUrgent() {
        #expect(counts(SegmentSample(flags: [.ack, .urg]).run(2)) == [1, 1])
        for isIPv6 in [false, true] {
            let run = SegmentSample(isIPv6: isIPv6).run(3)
            let padded = run.map { $0.padded(by: 7) }
            let out = Coalesced(padded.map(\.octets))
            #expect(out.isIntact && out.frames.count == 1 && out.segments == run.map(\.octets))
        }
    }

    @Test("CWR stands in the first segment only, and is told to the guest")
    func keepsCWR() {
        var run = SegmentSample().run(2)
        run[0].flags.insert(.cwr)
        let out = Coalesced(run.map(\.octets))
        #expect(out.frames.map(\.virtio.gsoType) == [0x81])
        #expect(out.segments == run.map(\.octets))
        run[1].flags.insert(.cwr)
        #expect(counts(run) == [1, 1])
    }

    @Test("a segment whose IP header is damaged, or whose length is another's, stays alone")
    func isolatesBadHeaders() {
        let run = SegmentSample().run(3).map(\.octets)
        var damaged = run
        damaged[1][19] ^= 1  // the identification, and no new checksum
        var shortened = run
        shortened[1][17] -= 1  // the length, with its checksum right
        shortened[1] = withIPv4Checksum(shortened[1])
        for frames in [damaged, shortened] {
            let out = Coalesced(frames)
            #expect(out.isIntact && out.frames.map(\.octets) == frames)
        }
    }

    @Test("a segment with a bad checksum stays alone, first or later", arguments: [false, true])
    func isolatesDamage(isIPv6: Bool) {
        for index in 0..<4 {
            var frames = SegmentSample(isIPv6: isIPv6).run(4).map(\.octets)
            frames[index][frames[index].count - 1] ^= 1
            let out = Coalesced(frames)
            #expect(out.segments == frames)
            let plain = out.frames.filter { $0.virtio == VirtioNetHeader() }.map(\.octets)
            #expect(plain.contains(frames[index]))
            #expect(out.frames.count == [2, 3, 3, 2][index])
        }
    }

    @Test("a packet grows to 65,535 bytes, a slot to its size, a run to 512 segments")
    func keepsLimits() {
        let headers = 20 + 32
        let large = SegmentSample(payload: Build.data(1_000)).run(66).map(\.octets)
        #expect(Coalesced.counts(large) == [65, 1])
        for (count, expected) in [(32_741, [2]), (32_742, [1, 1])] {
            let pair = SegmentSample(payload: Build.data(count)).run(2).map(\.octets)
            #expect(Coalesced.counts(pair) == expected)
        }
        for (capacity, expected) in [(14 + headers + 300, [3]), (14 + headers + 299, [2, 1])] {
            let run = SegmentSample().run(3).map(\.octets)
            #expect(Coalesced.counts(run, capacity: capacity) == expected)
        }
        #expect(Coalesced.counts(SegmentSample().run(2).map(\.octets), capacity: 20) == [1, 1])
        let tiny = SegmentSample(payload: Build.data(48)).run(513).map(\.octets)
        #expect(Coalesced.counts(tiny) == [512, 1])
        #expect(counts(SegmentSample(payload: Build.data(47)).run(2)) == [1, 1])
    }

    @Test("what is no plain segment with data is refused by an empty coalescer")
    func refusesOthers() {
        var others = SampleFrame.all.filter { $0.description != "data" && $0.description != "tcp6" }
        others.append(SampleFrame.of4("bare", 6, Build.tcp(.ack)))
        others.append(SampleFrame.of4("fragmentable", 6, Build.tcp(.ack, payload: 60)))
        let options = IPv4Builder(
            fragment: 0x4000, ipProtocol: 6, options: [1, 1, 1, 0], payload: Build.tcp(.ack))
        others.append(SampleFrame(description: "options", octets: options.frame))
        let plain = SegmentSample().octets
        others.append(SampleFrame(description: "partial", octets: plain, virtio: .tcp(start: 34)))
        let slot = Slot(capacity: 2_000)
        var coalescer = SegmentCoalescer(into: slot.frame)
        for other in others {
            let input = Slot(other.octets, other.virtio)
            let parsed = parse(other.octets, other.virtio)
            withExtendedLifetime(input) {
                #expect(coalescer.add(input.frame, parsed) == .refused, "\(other)")
            }
        }
        let input = Slot(plain)
        var short = input.frame
        short.byteCount -= 1
        #expect(coalescer.add(short, parse(plain)) == .refused)
        #expect(coalescer.add(input.frame, parse(plain)) == .began)
        #expect(input.isIntact && slot.isIntact)
    }
}

extension SegmentCoalescerTests {
    private func counts(_ run: [SegmentSample]) -> [Int] { Coalesced.counts(run.map(\.octets)) }

    /// The frame without the IPv4 identification, which means nothing with don't-fragment.
    private func anonymous(_ octets: [UInt8]) -> [UInt8] {
        guard octets.count > 34, octets[12] == 8, octets[20] & 0x40 != 0 else { return octets }
        var octets = octets
        octets.replaceSubrange(18..<20, with: [0, 0])
        return withIPv4Checksum(octets)
    }

    private func superFrame(_ random: inout SeededRandom) -> ([UInt8], VirtioNetHeader) {
        var sample = SegmentSample(isIPv6: .random(using: &random))
        sample.isUDP = .random(using: &random)
        sample.options = Array(sample.options.prefix([0, 12].randomElement(using: &random)!))
        sample.sequence = .random(in: 0...UInt32.max, using: &random)
        sample.identification = .random(in: 0...0xffff, using: &random)
        let endings: [TCPFlags] = [.ack, [.ack, .psh], [.ack, .fin, .psh], [.ack, .ece, .cwr]]
        sample.flags = endings.randomElement(using: &random)!
        let size = Int.random(in: (sample.isUDP ? 1 : 48)...1_460, using: &random)
        let headers = sample.isUDP ? 8 : 20 + sample.options.count
        let most = min((sample.isUDP ? 128 : 512) * size, 65_535 - 40 - headers)
        sample.payload = Build.data(Int.random(in: size + 1...most, using: &random))
        let start = sample.isIPv6 ? 54 : 34
        var virtio =
            sample.isUDP
            ? VirtioNetHeader.udp(start: start, gsoType: 5, gsoSize: size)
            : .tcp(start: start, gsoType: sample.isIPv6 ? 4 : 1, gsoSize: size)
        if !sample.isUDP, sample.flags.contains(.cwr) { virtio.gsoType |= 0x80 }
        virtio.headerByteCount = virtio.checksumStart + UInt16(headers)
        return (SegmentSample.partial(sample.octets), virtio)
    }

    /// Segments of five flows, some damaged, lost or doubled; all sound for the parser.
    private func hostileRow(_ random: inout SeededRandom) -> [[UInt8]] {
        var flows = [
            SegmentSample(), SegmentSample(isIPv6: true), SegmentSample(port: 443),
            SegmentSample(isUDP: true), SegmentSample(isIPv6: true, isUDP: true),
        ]
        var row: [[UInt8]] = []
        var flow = 0
        for _ in 0..<60 {
            if Int.random(in: 0..<10, using: &random) == 0 { flow = (flow + 1) % flows.count }
            var sample = flows[flow]
            switch Int.random(in: 0..<40, using: &random) {
            case 0: sample.payload.removeLast(Int.random(in: 1...99, using: &random))
            case 1: sample.flags = [.ack, .psh]
            case 2: sample.flags = [.ack, .fin]
            case 3: sample.identification = .random(in: 0...9, using: &random)
            case 4: row += [sample.octets]
            case 5: flows[flow] = sample.next
            case 6: sample.payload = []
            default: break
            }
            flows[flow].sequence = sample.next.sequence
            flows[flow].identification &+= 1
            row.append(damaged(sample.octets, &random))
        }
        return row.filter { parse($0).fault == .none }
    }

    /// The frame, in one case of eight with a bit flipped; its checksums then right or wrong.
    private func damaged(_ octets: [UInt8], _ random: inout SeededRandom) -> [UInt8] {
        guard Int.random(in: 0..<8, using: &random) == 0 else { return octets }
        var octets = octets
        let bit = Int.random(in: 14 * 8..<octets.count * 8, using: &random)
        octets[bit / 8] ^= 1 << (bit % 8)
        guard [.tcp, .udp].contains(parse(withIPv4Checksum(octets)).kind) else { return octets }
        return .random(using: &random) ? SegmentSample.summed(octets) : withIPv4Checksum(octets)
    }
}
