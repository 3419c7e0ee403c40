import Packet
import Testing

/// Frames made to hurt: none may trap, and a sound one must keep every promise.
@Suite struct HostileFrameTests {
    @Test("each sample is sound", arguments: SampleFrame.all)
    func sampleIsSound(_ sample: SampleFrame) {
        #expect(parse(sample.octets, sample.virtio).fault == .none)
        #expect(FrameExercise.violation(sample.octets, sample.virtio) == nil)
    }

    @Test("a sample cut anywhere is refused", arguments: SampleFrame.all)
    func refusesTruncated(_ sample: SampleFrame) {
        for count in 0..<sample.octets.count {
            let parsed = parse(Array(sample.octets[..<count]), sample.virtio)
            #expect(parsed.fault != .none, "cut to \(count) bytes")
        }
    }

    @Test(
        "a sample whose lengths were made to fit a cut keeps every promise",
        arguments: SampleFrame.all)
    func survivesFittedTruncation(_ sample: SampleFrame) {
        for count in 14...sample.octets.count {
            let cut = fitted(Array(sample.octets[..<count]))
            #expect(FrameExercise.violation(cut, sample.virtio) == nil, "cut to \(count) bytes")
        }
    }

    @Test("a sample with any bit flipped keeps every promise", arguments: SampleFrame.all)
    func survivesBitFlips(_ sample: SampleFrame) {
        for bit in 0..<sample.octets.count * 8 {
            var octets = sample.octets
            octets[bit / 8] ^= 1 << (bit % 8)
            #expect(FrameExercise.violation(octets, sample.virtio) == nil, "bit \(bit)")
            let repaired = withIPv4Checksum(octets)
            #expect(FrameExercise.violation(repaired, sample.virtio) == nil, "bit \(bit), repaired")
        }
    }

    @Test(
        "a virtio-net header with any bit flipped keeps every promise", arguments: SampleFrame.all)
    func survivesVirtioBitFlips(_ sample: SampleFrame) {
        for bit in 0..<80 {
            var virtio = sample.virtio
            withUnsafeMutableBytes(of: &virtio) { $0[bit / 8] ^= 1 << (bit % 8) }
            #expect(FrameExercise.violation(sample.octets, virtio) == nil, "bit \(bit)")
        }
    }

    @Test("random frames keep every promise", arguments: [1, 2, 3, 4] as [UInt64])
    func survivesRandomFrames(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        var soundCount = 0
        for round in 0..<50_000 {
            let (octets, virtio) = randomFrame(&random)
            if parse(octets, virtio).fault == .none { soundCount += 1 }
            if let violation = FrameExercise.violation(octets, virtio) {
                Issue.record("\(violation): seed \(seed), round \(round), \(octets) \(virtio)")
                return
            }
        }
        // Otherwise the test would only exercise refusals.
        #expect(soundCount > 5_000, "seed \(seed)")
    }

    @Test("a frame of the corpus keeps every promise", arguments: CorpusFrame.all)
    func replaysCorpus(_ sample: CorpusFrame) {
        #expect(FrameExercise.violation(sample.octets, sample.virtio) == nil)
        let repaired = withIPv4Checksum(sample.octets)
        #expect(FrameExercise.violation(repaired, sample.virtio) == nil)
    }

    /// Noise, or a sample with a few bytes overwritten and its checksum repaired.
    private func randomFrame(_ random: inout SeededRandom) -> ([UInt8], VirtioNetHeader) {
        if Int.random(in: 0..<8, using: &random) == 0 {
            let count = Int.random(in: 0..<200, using: &random)
            return (
                (0..<count).map { _ in .random(in: 0...255, using: &random) }, VirtioNetHeader()
            )
        }
        let sample = SampleFrame.all.randomElement(using: &random)!
        var octets = sample.octets
        for _ in 0..<Int.random(in: 1...4, using: &random) {
            let index = Int.random(in: 12..<min(octets.count, 90), using: &random)
            octets[index] = .random(in: 0...255, using: &random)
        }
        var virtio = sample.virtio
        if Int.random(in: 0..<4, using: &random) == 0 {
            virtio.gsoSize = .random(in: 0...300, using: &random)
        }
        return (withIPv4Checksum(octets), virtio)
    }

    /// The frame with its IP length, and a UDP length where there is one, set to what is there.
    private func fitted(_ octets: [UInt8]) -> [UInt8] {
        var octets = octets
        let isIPv4 = octets[12] == 8 && octets[13] == 0
        guard octets.count >= (isIPv4 ? 34 : 54) else { return octets }
        let transport = isIPv4 ? 34 : 54
        octets.replaceSubrange(
            isIPv4 ? 16..<18 : 18..<20,
            with: Build.big(UInt16(octets.count - (isIPv4 ? 14 : 54))))
        if octets[isIPv4 ? 23 : 20] == 17, octets.count >= transport + 6 {
            octets.replaceSubrange(
                transport + 4..<transport + 6, with: Build.big(UInt16(octets.count - transport)))
        }
        return withIPv4Checksum(octets)
    }
}
