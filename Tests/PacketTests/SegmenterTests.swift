import Packet
import Testing

@Suite struct SegmenterTests {
    /// One way to build and cut a super-frame.
    struct Cut: Sendable, CustomTestStringConvertible {
        var isIPv6 = false
        var isUDP = false
        var payload: Int
        var size: Int
        var flags: TCPFlags = [.ack, .psh]
        var options = 0

        var testDescription: String {
            "\(isUDP ? "uso" : "tso")\(isIPv6 ? 6 : 4) \(payload)/\(size) \(flags) \(options)"
        }

        var transport: [UInt8] {
            isUDP
                ? Build.udp(payload)
                : Build.tcp(flags, payload: payload, options: [UInt8](repeating: 1, count: options))
        }

        var octets: [UInt8] {
            isIPv6
                ? IPv6Builder(nextHeader: isUDP ? 17 : 6, payload: transport).frame
                : IPv4Builder(
                    identification: 0xffff, ipProtocol: isUDP ? 17 : 6, payload: transport
                )
                .frame
        }

        var virtio: VirtioNetHeader {
            let start = isIPv6 ? 54 : 34
            let tcpType = isIPv6 ? VirtioNetHeader.gsoTCPv6 : VirtioNetHeader.gsoTCPv4
            return isUDP
                ? .udp(start: start, gsoType: VirtioNetHeader.gsoUDPL4, gsoSize: size)
                : .tcp(
                    start: start, gsoType: tcpType | (flags.contains(.cwr) ? 0x80 : 0),
                    gsoSize: size)
        }
    }

    static let cuts: [Cut] = [
        Cut(payload: 3_000, size: 1_448), Cut(payload: 2_896, size: 1_448, options: 12),
        Cut(payload: 1_448, size: 1_448), Cut(payload: 0, size: 1_448), Cut(payload: 1, size: 48),
        Cut(payload: 65_495, size: 1_460), Cut(payload: 24_576, size: 48, flags: .ack),
        Cut(payload: 999, size: 100, flags: [.ack, .fin, .psh, .cwr, .ece], options: 40),
        Cut(isIPv6: true, payload: 4_321, size: 1_428), Cut(isIPv6: true, payload: 500, size: 250),
        Cut(isIPv6: true, payload: 65_495, size: 1_440, flags: [.ack, .cwr], options: 20),
        Cut(isUDP: true, payload: 3_600, size: 1_200),
        Cut(isUDP: true, payload: 3_601, size: 1_200),
        Cut(isUDP: true, payload: 65_507, size: 1_472),
        Cut(isIPv6: true, isUDP: true, payload: 777, size: 111),
        Cut(isIPv6: true, isUDP: true, payload: 50, size: 49),
    ]

    @Test("segments are those of the naive way, byte for byte", arguments: cuts)
    func agreesWithNaive(_ cut: Cut) throws {
        #expect(parse(cut.octets, cut.virtio).fault == .none)
        let segments = try segment(cut.octets, cut.virtio)
        #expect(segments == naiveSegments(cut))
    }

    @Test(
        "a captured super-frame becomes frames with right checksums and all of its payload",
        arguments: [
            "tcp4-super", "tcp6-super", "udp4-super", "udp6-super",
        ])
    func cutsCaptured(_ name: String) throws {
        let sample = try CorpusFrame.named(name)
        let whole = parse(sample.octets, sample.virtio)
        let ipProtocol = whole.fiveTuple.ipProtocol.rawValue
        let segments = try segment(sample.octets, sample.virtio)
        #expect(segments.count > 1)
        for octets in segments {
            #expect(
                hasValidTransportChecksum(octets, transport: whole.transportOffset, ipProtocol))
            #expect(parse(octets).payloadOffset == whole.payloadOffset)
        }
        let payload = segments.flatMap { $0[whole.payloadOffset...] }
        #expect(payload == Array(sample.octets[whole.payloadOffset...]))
    }

    @Test("padding behind a super-frame is not sent")
    func dropsPadding() throws {
        let cut = Cut(payload: 300, size: 100)
        let padded = try segment(cut.octets + [9, 9, 9], cut.virtio)
        #expect(padded == naiveSegments(cut))
    }

    @Test("only sound super-frames are cut")
    func refusesOthers() {
        let cut = Cut(payload: 300, size: 100)
        let plain = Slot(cut.octets)
        #expect(Segmenter(plain.frame, parse(cut.octets)) == nil)
        let other = Slot(cut.octets, cut.virtio)
        #expect(Segmenter(other.frame, parse([])) == nil)
        var swapped = cut.virtio
        swapped.gsoSize = 0
        let zero = Slot(cut.octets, swapped)
        #expect(Segmenter(zero.frame, parse(cut.octets, cut.virtio)) == nil)
        var short = other.frame
        short.byteCount -= 1
        #expect(Segmenter(short, parse(cut.octets, cut.virtio)) == nil)
    }

    @Test("a buffer too small for the largest segment gets none")
    func refusesSmallScratch() throws {
        let cut = Cut(payload: 300, size: 100)
        let slot = Slot(cut.octets, cut.virtio)
        var segmenter = try #require(Segmenter(slot.frame, parse(cut.octets, cut.virtio)))
        #expect(segmenter.byteCountMax == 154)
        #expect(segmenter.next(into: Slot(capacity: 153).frame) == nil)
        #expect(segmenter.next(into: Slot(capacity: 154).frame) != nil)
    }

    private func segment(_ octets: [UInt8], _ virtio: VirtioNetHeader) throws -> [[UInt8]] {
        let slot = Slot(octets, virtio)
        var segmenter = try #require(Segmenter(slot.frame, parse(octets, virtio)))
        let scratch = Slot(capacity: segmenter.byteCountMax)
        var segments: [[UInt8]] = []
        while let frame = segmenter.next(into: scratch.frame) {
            #expect(frame.virtio == VirtioNetHeader())
            segments.append(frame.octets)
        }
        #expect(scratch.isIntact && slot.frame.octets == octets)
        #expect(segments.count == segmenter.segmentCount)
        return segments
    }

    /// Each segment built anew from fields, as a host without offloads builds its frames.
    private func naiveSegments(_ cut: Cut) -> [[UInt8]] {
        let count = max(1, (cut.payload + cut.size - 1) / cut.size)
        return (0..<count).map { index in
            let start = index * cut.size
            let headerByteCount = cut.transport.count - cut.payload
            let data = Build.data(cut.payload)[start..<min(start + cut.size, cut.payload)]
            var transport = Array(cut.transport[..<headerByteCount]) + data
            if cut.isUDP {
                transport.replaceSubrange(4..<6, with: Build.big(UInt16(transport.count)))
            } else {
                let sequence = 0x0102_0304 + UInt32(start)
                transport.replaceSubrange(4..<8, with: Build.big(sequence))
                transport[13] = naiveFlags(
                    cut.flags, isFirst: index == 0, isLast: index == count - 1)
            }
            return naiveFrame(cut, transport, index)
        }
    }

    private func naiveFlags(_ flags: TCPFlags, isFirst: Bool, isLast: Bool) -> UInt8 {
        var bits = flags.rawValue
        if !isLast { bits &= ~0x09 }  // FIN, PSH
        if !isFirst { bits &= ~0x80 }  // CWR
        return bits
    }

    private func naiveFrame(_ cut: Cut, _ transport: [UInt8], _ index: Int) -> [UInt8] {
        let ipProtocol: UInt8 = cut.isUDP ? 17 : 6
        let field = cut.isUDP ? 6 : 16
        var packet =
            cut.isIPv6
            ? IPv6Builder(nextHeader: ipProtocol, payload: transport).packet
            : IPv4Builder(
                identification: 0xffff &+ UInt16(index), ipProtocol: ipProtocol, payload: transport
            ).packet
        let start = packet.count - transport.count
        let pseudo = naivePseudoHeader(packet, transport: start, ipProtocol)
        let sum = ~naiveSum(pseudo + packet[start...])
        packet.replaceSubrange(
            start + field..<start + field + 2, with: Build.big(cut.isUDP && sum == 0 ? 0xffff : sum)
        )
        return Build.ethernet(cut.isIPv6 ? 0x86dd : 0x0800, packet)
    }
}
