import Packet
import Testing

@Suite struct ChecksumCompletionTests {
    static let partial = CorpusFrame.all.filter { $0.isCaptured && $0.virtio.isChecksumPartial }

    @Test("a captured frame with a partial checksum becomes a valid one", arguments: partial)
    func completes(_ sample: CorpusFrame) {
        let done = completed(sample.octets, sample.virtio)
        let parsed = parse(sample.octets, sample.virtio)
        let isTCP = parsed.kind == .tcp
        #expect(
            hasValidTransportChecksum(done, transport: parsed.transportOffset, isTCP ? 6 : 17))
        #expect(changes(sample.octets, done) <= 2)
    }

    @Test("the result is what virtio's own rule gives for an honest sender", arguments: partial)
    func agreesWithVirtio(_ sample: CorpusFrame) {
        // virtio 1.2 §5.1.6.2: sum from csum_start on, with the partial sum in its place.
        let start = Int(sample.virtio.checksumStart)
        let field = start + Int(sample.virtio.checksumOffset)
        let expected = ~naiveSum(Array(sample.octets[start...]))
        let done = completed(sample.octets, sample.virtio)
        #expect(Array(done[field..<field + 2]) == Build.big(expected == 0 ? 0xffff : expected))
    }

    @Test("what the sender left in the field does not matter")
    func ignoresPartialSum() throws {
        let sample = try CorpusFrame.named("tcp4-syn")
        var lied = sample.octets
        lied.replaceSubrange(50..<52, with: [0xde, 0xad])
        #expect(completed(lied, sample.virtio) == completed(sample.octets, sample.virtio))
    }

    @Test("padding is neither summed nor changed")
    func ignoresPadding() throws {
        let sample = try CorpusFrame.named("udp4-data")
        let padding = [UInt8](repeating: 0xcc, count: 15)
        let done = completed(sample.octets + padding, sample.virtio)
        #expect(done == completed(sample.octets, sample.virtio) + padding)
    }

    @Test("a UDP checksum of zero is sent as all ones")
    func avoidsZero() {
        // Ports 0 and 0, and a payload that makes the sum ffff.
        var octets = IPv4Builder(ipProtocol: 17, payload: Build.udp(2, ports: (0, 0))).frame
        octets[42] = 0
        octets[43] = 0
        let rest = completed(octets, .udp(start: 34))
        octets.replaceSubrange(42..<44, with: rest[40..<42])
        #expect(Array(completed(octets, .udp(start: 34))[40..<42]) == [0xff, 0xff])
    }

    @Test("the frame is marked finished; a finished or faulty frame is left alone")
    func marks() throws {
        let sample = try CorpusFrame.named("tcp4-data")
        let slot = Slot(sample.octets, sample.virtio)
        ChecksumCompletion.complete(slot.frame, parse(sample.octets, sample.virtio))
        #expect(slot.frame.virtio == VirtioNetHeader())
        #expect(slot.isIntact)
        let ping = try CorpusFrame.named("icmp4-echo-request")
        #expect(completed(ping.octets, ping.virtio) == ping.octets)
        let faulty = Slot(sample.octets, sample.virtio)
        ChecksumCompletion.complete(faulty.frame, parse([]))
        #expect(faulty.frame.octets == sample.octets && faulty.frame.virtio == sample.virtio)
    }

    private func completed(_ octets: [UInt8], _ virtio: VirtioNetHeader) -> [UInt8] {
        let slot = Slot(octets, virtio)
        ChecksumCompletion.complete(slot.frame, parse(octets, virtio))
        return slot.frame.octets
    }

    private func changes(_ left: [UInt8], _ right: [UInt8]) -> Int {
        zip(left, right).count { $0 != $1 } + abs(left.count - right.count)
    }
}
