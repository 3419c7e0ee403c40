import Packet
import Testing

/// A finished TCP segment or UDP datagram with data, as a host without offloads sends it.
struct SegmentSample {
    var isIPv6 = false
    /// Then flags, sequence and options mean nothing.
    var isUDP = false
    var flags: TCPFlags = .ack
    var sequence: UInt32 = 0xffff_fc00
    var payload: [UInt8] = Build.data(100)
    var options: [UInt8] = [1, 1, 8, 10, 0, 0, 0, 7, 0, 0, 0, 9]
    var identification: UInt16 = 0xfffe
    var port: UInt16 = 80
    var padding = 0

    /// The frame, its checksums right.
    var octets: [UInt8] {
        let transport = isUDP ? datagram : segment
        let number: UInt8 = isUDP ? 17 : 6
        let frame =
            isIPv6
            ? IPv6Builder(nextHeader: number, payload: transport).frame
            : IPv4Builder(
                identification: identification, fragment: 0x4000, ipProtocol: number,
                payload: transport
            ).frame
        return Self.summed(frame) + [UInt8](repeating: 0, count: padding)
    }

    private var segment: [UInt8] {
        var segment = Build.tcp(flags, options: options, ports: (40_000, port)) + payload
        segment.replaceSubrange(4..<8, with: Build.big(sequence))
        return segment
    }

    private var datagram: [UInt8] {
        Build.udp(0, length: UInt16(8 + payload.count), ports: (40_000, port)) + payload
    }

    /// The segment that follows this one, with as much data.
    var next: SegmentSample {
        var next = self
        next.sequence &+= UInt32(payload.count)
        next.identification &+= 1
        return next
    }

    /// The same with more bytes behind the packet, as short Ethernet frames have.
    func padded(by count: Int) -> SegmentSample {
        var padded = self
        padded.padding += count
        return padded
    }

    /// This segment and those that follow it.
    func run(_ count: Int) -> [SegmentSample] {
        (1..<count).reduce(into: [self]) { run, _ in run.append(run[run.count - 1].next) }
    }

    /// The frame with its IPv4 and TCP or UDP checksums made right.
    static func summed(_ octets: [UInt8]) -> [UInt8] {
        replacingSum(withIPv4Checksum(octets)) { $0 == 0xffff ? 0xffff : ~$0 }
    }

    /// The frame with its TCP or UDP checksum that of the pseudo-header alone.
    static func partial(_ octets: [UInt8]) -> [UInt8] {
        let transport = octets[12] == 8 ? 34 : 54
        let number = octets[octets[12] == 8 ? 23 : 20]
        let pseudo = naivePseudoHeader(Array(octets[14...]), transport: transport - 14, number)
        return replacingSum(octets) { _ in naiveSum(pseudo) }
    }

    private static func replacingSum(
        _ octets: [UInt8], _ value: (UInt16) -> UInt16
    ) -> [UInt8] {
        var octets = octets
        let transport = octets[12] == 8 ? 14 + Int(octets[14] & 15) * 4 : 54
        let number = octets[octets[12] == 8 ? 23 : 20]
        let field = transport + (number == 17 ? 6 : 16)
        octets.replaceSubrange(field..<field + 2, with: [0, 0])
        let pseudo = naivePseudoHeader(Array(octets[14...]), transport: transport - 14, number)
        let sum = naiveSum(pseudo + octets[transport...])
        octets.replaceSubrange(field..<field + 2, with: Build.big(value(sum)))
        return octets
    }
}

/// What a coalescer makes of a row of frames, by the way its callers use it.
struct Coalesced {
    /// What came out: frames and their virtio-net headers.
    var frames: [(octets: [UInt8], virtio: VirtioNetHeader)] = []

    /// How many segments joined unread.
    private(set) var unreadCount = 0

    /// Sends `frames` through a coalescer with a slot of `capacity` bytes.
    init(_ frames: [[UInt8]], capacity: Int = 65_600) {
        self.init(frames, capacity: capacity, readsAll: false)
        let other = Coalesced(frames, capacity: capacity, readsAll: true)
        isIntact =
            isIntact && other.isIntact && self.frames.count == other.frames.count
            && zip(self.frames, other.frames).allSatisfy { $0 == $1 }
    }

    /// - Parameter readsAll: whether every frame is read before it is offered.
    private init(_ frames: [[UInt8]], capacity: Int, readsAll: Bool) {
        let slot = Slot(capacity: capacity)
        let inputs = frames.map { Slot($0) }
        var coalescer = SegmentCoalescer(into: slot.frame)
        for input in inputs {
            if !readsAll, coalescer.extend(input.frame) {
                unreadCount += 1
                continue
            }
            let parsed = ParsedFrame(input.frame.bytes, virtio: input.frame.virtio)
            if coalescer.add(input.frame, parsed) != .refused { continue }
            take(coalescer.finish())
            if coalescer.add(input.frame, parsed) == .refused { take(input.frame) }
        }
        take(coalescer.finish())
        isIntact = slot.isIntact && zip(inputs, frames).allSatisfy { $0.0.frame.octets == $0.1 }
    }

    /// Whether neither the inputs nor bytes beside the slot were changed, and the same came out
    /// whether segments were read or not.
    private(set) var isIntact = false

    private mutating func take(_ frame: Frame?) {
        if let frame { frames.append((frame.octets, frame.virtio)) }
    }

    /// How many segments each frame that came out holds.
    var counts: [Int] {
        frames.map { octets, virtio in
            let payload = parse(octets, virtio).byteCount - parse(octets, virtio).payloadOffset
            let size = Int(virtio.gsoSize)
            return size == 0 ? 1 : (payload + size - 1) / size
        }
    }

    /// How many segments of `frames` came out together, after the very segments came out again.
    static func counts(_ frames: [[UInt8]], capacity: Int = 65_600) -> [Int] {
        let out = Coalesced(frames, capacity: capacity)
        #expect(out.isIntact && out.segments == frames)
        return out.counts
    }

    /// Expects that a second segment joins, and does not with one octet of its header changed and
    /// its checksums right.
    static func expectAlone(_ sample: SegmentSample, offset: Int, bits: UInt8) {
        let run = sample.run(2)
        var other = run[1].octets
        other[offset] ^= bits
        other = SegmentSample.summed(other)
        #expect(parse(other).fault == .none)
        #expect(Coalesced([run[0].octets, other]).frames.map(\.octets) == [run[0].octets, other])
        #expect(Coalesced(run.map(\.octets)).frames.count == 1)
    }

    /// The segments that a host would make of what came out.
    var segments: [[UInt8]] {
        frames.flatMap { octets, virtio in
            let slot = Slot(octets, virtio)
            guard var cutter = Segmenter(slot.frame, parse(octets, virtio)) else { return [octets] }
            let scratch = Slot(capacity: cutter.byteCountMax)
            var segments: [[UInt8]] = []
            while let segment = cutter.next(into: scratch.frame) { segments.append(segment.octets) }
            return segments
        }
    }
}
