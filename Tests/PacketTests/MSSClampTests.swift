import Packet
import Testing

@Suite struct MSSClampTests {
    /// A SYN with `options`, its checksums right.
    private func syn(
        _ options: [UInt8], isIPv6: Bool = false, flags: TCPFlags = .syn
    ) -> [UInt8] {
        SegmentSample(isIPv6: isIPv6, flags: flags, payload: [], options: options).octets
    }

    /// The frame after clamping, and whether it was said to have changed.
    private func lowered(
        _ octets: [UInt8], to limit: UInt16 = 1_350, _ virtio: VirtioNetHeader = VirtioNetHeader()
    ) -> (octets: [UInt8], isLowered: Bool) {
        let slot = Slot(octets, virtio)
        let isLowered = MSSClamp.lower(slot.frame, parse(octets, virtio), to: limit)
        #expect(slot.isIntact && slot.frame.virtio == virtio)
        return (slot.frame.octets, isLowered)
    }

    private static let large: [UInt8] = [2, 4, 0x05, 0xb4]  // 1,460
    private static let small: [UInt8] = [2, 4, 0x05, 0x46]  // 1,350

    @Test(
        "a larger announcement becomes the limit, at any place, and the checksum stays right",
        arguments: [false, true], [.syn, [.syn, .ack], [.syn, .ece, .cwr]] as [TCPFlags])
    func lowers(isIPv6: Bool, flags: TCPFlags) {
        let places: [([UInt8], [UInt8])] = [
            ([], []), ([], [4, 2, 8, 10, 0, 0, 0, 1, 0, 0, 0, 0, 1, 3, 3, 7]), ([1], [1, 1, 1]),
            ([3, 3, 7], [0]), ([3, 3, 7, 1], [0, 2, 4, 0xff]), ([1, 1], [1, 0]),
        ]
        for (before, after) in places {
            let frame = syn(before + Self.large + after, isIPv6: isIPv6, flags: flags)
            let (octets, isLowered) = lowered(frame)
            #expect(isLowered)
            #expect(octets == syn(before + Self.small + after, isIPv6: isIPv6, flags: flags))
        }
    }

    @Test("every announcement is lowered, because receivers differ in which they believe")
    func lowersEach() {
        let (octets, isLowered) = lowered(syn(Self.large + [1, 2, 4, 0xff, 0xff, 1, 1, 1]))
        #expect(isLowered && octets == syn(Self.small + [1] + Self.small + [1, 1, 1]))
    }

    @Test("checksums are right for all sizes and limits", arguments: [1, 2] as [UInt64])
    func sumsRight(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        for _ in 0..<2_000 {
            let size = UInt16.random(in: 0...0xffff, using: &random)
            let limit = UInt16.random(in: 0...0xffff, using: &random)
            let front = [UInt8](repeating: 1, count: .random(in: 0...3, using: &random))
            let rest = [UInt8](repeating: 0, count: 4 - front.count)
            let frame = syn(front + [2, 4] + Build.big(size) + rest)
            let (octets, isLowered) = lowered(frame, to: limit)
            #expect(isLowered == (size > limit), "seed \(seed): \(size), \(limit)")
            let start = 54 + front.count + 2
            #expect(Array(octets[start..<start + 2]) == Build.big(min(size, limit)))
            #expect(hasValidTransportChecksum(octets, transport: 34, 6), "\(size), \(limit)")
        }
    }

    @Test("a partial checksum stays as it is")
    func leavesPartial() {
        let frame = syn(Self.large)
        let (octets, isLowered) = lowered(frame, .tcp(start: 34))
        #expect(
            isLowered && octets[50...51] == frame[50...51] && Array(octets[54...]) == Self.small)
    }

    @Test("a small or missing announcement, other segments and other frames stay")
    func leavesOthers() {
        let frames = [
            syn(Self.small), syn([2, 4, 0, 1]), syn([]), syn(Self.large, flags: .ack),
            syn(Self.large, flags: [.fin, .ack]), syn([0] + Self.large + [1, 1, 1]),
            syn([1, 1, 2, 4]), syn([2, 3, 0xff, 1]), syn([2, 0, 0xff, 0xff]), syn([2, 1, 9, 9]),
            syn([9, 200, 1, 1] + Self.large), syn([1, 1, 1, 2]),
            syn([2, 5, 0xff, 0xff, 0xff, 0, 0, 0]),
        ]
        for frame in frames + SampleFrame.all.map(\.octets)
        where parse(frame).fault != .none
            || frame != SampleFrame.ipv4[1].octets
        {
            let (octets, isLowered) = lowered(frame)
            #expect(!isLowered && octets == frame)
        }
        let sample = SampleFrame.ipv4[1].octets  // a SYN with 1,460 bytes
        #expect(lowered(sample).isLowered)
        let slot = Slot(sample)
        var short = slot.frame
        short.byteCount -= 1
        #expect(!MSSClamp.lower(short, parse(sample), to: 9) && slot.frame.octets == sample)
    }

    @Test("a SYN with any bit flipped, or cut, never traps, and keeps its payload")
    func survivesHostile() {
        let frame = syn([4, 2] + Self.large + [8, 10, 0, 0, 0, 1, 0, 0, 0, 0, 3, 3, 7, 1])
        for bit in 0..<frame.count * 8 {
            var octets = frame
            octets[bit / 8] ^= 1 << (bit % 8)
            octets = withIPv4Checksum(octets) + [5, 6, 7]
            let (after, _) = lowered(octets)
            #expect(after.count == octets.count && after.suffix(3) == [5, 6, 7])
        }
        for count in 0..<frame.count {
            let cut = Array(frame[..<count])
            #expect(lowered(cut).octets == cut)
        }
    }
}
