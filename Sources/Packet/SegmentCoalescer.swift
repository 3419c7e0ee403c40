/// Joins consecutive TCP segments of one connection to a super-frame, the reverse of ``Segmenter``:
/// a guest's kernel takes one frame of 64 KB far more cheaply than 45 of 1,400 bytes.
///
/// The rules are those of Linux' GRO (`tcp_gro_receive`, `inet_gro_receive`): segments join when
/// each begins where the one before ended, and headers differ in nothing but sequence number,
/// lengths and checksums (with don't-fragment set, the IPv4 identification means nothing either:
/// RFC 6864 §4.1). All carry the same payload size except a shorter last one; PSH or FIN ends a
/// run. Each segment's checksum is verified, because the super-frame's is made anew by its
/// receiver, and would hide damage.
///
/// - Lifetime: the first segment is kept by reference, unchanged and valid until ``finish()``; when
///   a second one joins, both are copied into the slot given to ``init(into:)``.
/// - Cost: one copy and one sum of each segment that joins; no allocation.
/// - Thread: the worker that owns the buffers.
@frozen public struct SegmentCoalescer: BitwiseCopyable {
    /// Where several segments are joined.
    let slot: Frame
    /// The first segment where it came, or the joined ones in ``slot``.
    var held: Frame
    /// What the first segment says. Valid iff ``segmentCount`` is above zero.
    var first: ParsedFrame
    var segmentCount = 0
    var nextSequence: UInt32 = 0
    /// Whether no segment may join any more.
    var isClosed = false

    /// What became of a segment.
    public enum Added: UInt8, Sendable, BitwiseCopyable {
        /// It is the first of a run.
        case began
        /// It has joined the segments before it.
        case merged
        /// It cannot join what is held, which must be taken by ``finish()`` and delivered first.
        /// Refused by an empty coalescer, it is to be delivered as it is.
        case refused
    }

    /// A coalescer that joins frames in `slot`, whose ``Frame/byteCount`` says how much it can
    /// hold.
    public init(into slot: Frame) {
        self.slot = slot
        held = slot
        first = ParsedFrame(RawSpan(), virtio: VirtioNetHeader())
    }

    /// Whether nothing is held.
    public var isEmpty: Bool { segmentCount == 0 }

    /// Whether a segment of the connection of `parsed` is held, which must be delivered before it.
    public func holdsFlow(of parsed: ParsedFrame) -> Bool {
        segmentCount > 0 && first.fiveTuple == parsed.fiveTuple
    }

    /// Takes `frame`, which `parsed` was read from, if it begins a run or continues the one held.
    public mutating func add(_ frame: Frame, _ parsed: ParsedFrame) -> Added {
        guard parsed.mayJoin(frame) else { return .refused }
        if isEmpty { return begin(frame, parsed) }
        guard continues(frame, parsed), parsed.hasValidTCPChecksum(in: frame), gather() else {
            return .refused
        }
        append(frame, parsed)
        return .merged
    }

    /// Takes `frame` unread, if it is as long as the first segment of the run and continues it, as
    /// most do; false says nothing of it but that it must be read. What ``add(_:_:)`` would merge
    /// and this takes is the same, in less time.
    public mutating func extend(_ frame: Frame) -> Bool {
        guard segmentCount > 0, frame.byteCount == first.byteCount,
            hasEqualLength(frame.bytes)
        else { return false }
        // Where headers and lengths are equal, so is what reading them would find.
        var parsed = first
        parsed.tcpFlags = TCPFlags(
            rawValue: frame.bytes.bigEndian(at: first.transportOffset &+ 13))
        guard continues(frame, parsed), hasValidIPChecksum(frame.bytes),
            parsed.hasValidTCPChecksum(in: frame), gather()
        else { return false }
        append(frame, parsed)
        return true
    }

    /// Takes what is held: the one segment, as it came; or the super-frame, which lies in the slot
    /// until the next segment joins. nil when nothing is held.
    public mutating func finish() -> Frame? {
        let count = segmentCount
        segmentCount = 0
        if count > 1 { writeHeaders() }
        return count > 0 ? held : nil
    }
}

extension SegmentCoalescer {
    /// How many payload bytes each segment carries, except a shorter last one.
    private var payloadByteCountMax: Int { first.byteCount &- first.payloadOffset }

    private mutating func begin(_ frame: Frame, _ parsed: ParsedFrame) -> Added {
        held = frame
        first = parsed
        segmentCount = 1
        nextSequence = parsed.sequenceAfter(frame)
        isClosed =
            !parsed.tcpFlags.isDisjoint(with: [.fin, .psh])
            || payloadByteCountMax < VirtioNetHeader.gsoSizeMin
        return .began
    }

    /// Whether `frame` is the next segment of the run, and fits.
    private func continues(_ frame: Frame, _ parsed: ParsedFrame) -> Bool {
        guard !isClosed, parsed.payloadOffset == first.payloadOffset,
            parsed.transportOffset == first.transportOffset, !parsed.tcpFlags.contains(.cwr),
            frame.bytes.bigEndian(at: parsed.transportOffset &+ 4) == nextSequence
        else { return false }
        let payloadByteCount = parsed.byteCount &- parsed.payloadOffset
        let joinedByteCount = joinedSize &+ payloadByteCount
        return payloadByteCount <= payloadByteCountMax
            && joinedByteCount &- first.networkOffset <= Self.packetByteCountMax
            && joinedByteCount <= slot.byteCount
            && segmentCount < VirtioNetHeader.segmentCountMax
            && hasEqualHeaders(frame.bytes)
    }

    /// The size of what is held without Ethernet padding, in bytes.
    private var joinedSize: Int { segmentCount == 1 ? first.byteCount : held.byteCount }

    /// The largest IP packet, in bytes, header included (`GRO_LEGACY_MAX_SIZE`).
    private static var packetByteCountMax: Int { 65_535 }

    /// Copies the first segment into the slot when another one is to join it; false when its
    /// checksum is wrong, so that it stays alone.
    private mutating func gather() -> Bool {
        guard segmentCount == 1 else { return true }
        guard first.hasValidTCPChecksum(in: held), first.byteCount <= slot.byteCount else {
            isClosed = true
            return false
        }
        var target = slot
        target.byteCount = first.byteCount
        // SAFETY: both hold first.byteCount bytes: the slot as asked, the segment as `mayJoin` saw.
        unsafe target.base.copyMemory(from: held.base, byteCount: first.byteCount)
        held = target
        return true
    }

    /// Copies the payload of `frame`, for which `continues` found room.
    private mutating func append(_ frame: Frame, _ parsed: ParsedFrame) {
        let byteCount = parsed.byteCount &- parsed.payloadOffset
        // SAFETY: `continues` held held.byteCount + byteCount against the slot, `mayJoin` the
        // parsed size against the frame.
        unsafe (held.base + held.byteCount).copyMemory(
            from: frame.base + parsed.payloadOffset, byteCount: byteCount)
        held.byteCount &+= byteCount
        nextSequence = parsed.sequenceAfter(frame)
        segmentCount &+= 1
        let ending = parsed.tcpFlags.intersection([.fin, .psh])
        isClosed = !ending.isEmpty || byteCount < payloadByteCountMax
        first.tcpFlags.formUnion(ending)
    }
}

extension SegmentCoalescer {
    /// Whether `bytes`, as many as the first segment has, are a packet of its length, too.
    private func hasEqualLength(_ bytes: RawSpan) -> Bool {
        let field = first.networkOffset &+ (first.isIPv4 ? 2 : 4)
        return held.bytes.differences(bytes, field, field &+ 2) == 0
    }

    /// Whether the checksum of the IP header is right; IPv6 has none.
    private func hasValidIPChecksum(_ bytes: RawSpan) -> Bool {
        guard first.isIPv4 else { return true }
        let packet = bytes.extracting(droppingFirst: first.networkOffset)
        return IPv4Header(packet)?.hasValidChecksum ?? false
    }

    /// Whether the headers of `bytes`, as long as those held, are equal to them, apart from what
    /// must differ.
    private func hasEqualHeaders(_ bytes: RawSpan) -> Bool {
        let own = held.bytes
        let (network, transport) = (first.networkOffset, first.transportOffset)
        guard own.differences(bytes, 0, network) == 0 else { return false }
        var differences: UInt64
        if first.isIPv4 {
            // Not the total length (2), the identification (4) and the checksum (10).
            differences = own.differences(bytes, network, network &+ 2)
            differences |= own.differences(bytes, network &+ 6, network &+ 10)
            differences |= own.differences(bytes, network &+ 12, transport)
        } else {
            // Not the payload length (4).
            differences = own.differences(bytes, network, network &+ 4)
            differences |= own.differences(bytes, network &+ 6, transport)
        }
        return differences == 0 && hasEqualTCPHeaders(own, bytes)
    }

    /// The same for TCP: not sequence (4) and checksum (16); of the flags, FIN and PSH may be new,
    /// and CWR stands in the first segment only.
    private func hasEqualTCPHeaders(_ own: RawSpan, _ bytes: RawSpan) -> Bool {
        let transport = first.transportOffset
        let ends = TCPFlags([.fin, .psh, .cwr]).rawValue
        let control: UInt32 = own.bigEndian(at: transport &+ 12)
        let others: UInt32 = bytes.bigEndian(at: transport &+ 12)
        var differences = UInt64((control ^ others) & ~(UInt32(ends) << 16))
        differences |= own.differences(bytes, transport, transport &+ 4)
        differences |= own.differences(bytes, transport &+ 8, transport &+ 12)
        differences |= own.differences(bytes, transport &+ 18, first.payloadOffset)
        return differences == 0
    }
}

extension SegmentCoalescer {
    /// Makes the headers in the slot those of a super-frame, as a guest's kernel writes them.
    private func writeHeaders() {
        var bytes = held.mutableBytes
        let (network, transport) = (first.networkOffset, first.transportOffset)
        let packetByteCount = bytes.byteCount &- network
        if first.isIPv4 {
            bytes.store(UInt16(truncatingIfNeeded: packetByteCount), at: network &+ 2)
            IPv4Header.storeChecksum(at: network, in: &bytes)
        } else {
            let payload = packetByteCount &- IPv6Header.byteCount
            bytes.store(UInt16(truncatingIfNeeded: payload), at: network &+ 4)
        }
        bytes.store(first.tcpFlags.rawValue, at: transport &+ 13)
        let pseudo = Checksum(
            pseudoHeaderOf: first.fiveTuple, byteCount: bytes.byteCount &- transport)
        bytes.store(pseudo.folded, at: transport &+ TCPHeader.checksumOffset)
        held.virtio = virtio
    }

    /// The virtio-net header of the super-frame (virtio 1.2 §5.1.6.2).
    private var virtio: VirtioNetHeader {
        var header = VirtioNetHeader()
        header.flags = VirtioNetHeader.needsChecksum
        header.gsoType = first.isIPv4 ? VirtioNetHeader.gsoTCPv4 : VirtioNetHeader.gsoTCPv6
        if first.tcpFlags.contains(.cwr) { header.gsoType |= VirtioNetHeader.gsoECN }
        header.gsoSize = UInt16(truncatingIfNeeded: payloadByteCountMax)
        header.headerByteCount = UInt16(truncatingIfNeeded: first.payloadOffset)
        header.checksumStart = UInt16(truncatingIfNeeded: first.transportOffset)
        header.checksumOffset = UInt16(truncatingIfNeeded: TCPHeader.checksumOffset)
        return header
    }
}

extension ParsedFrame {
    /// Whether this, read from `frame`, is a finished segment with data that others may join: ACK
    /// without SYN, RST and URG, over IPv4 without options and with don't-fragment, or over IPv6
    /// without extension headers.
    fileprivate func mayJoin(_ frame: Frame) -> Bool {
        guard kind == .tcp, fault == .none, !isFragment, payloadOffset < byteCount,
            byteCount <= frame.byteCount, frame.virtio == VirtioNetHeader(),
            tcpFlags.intersection([.syn, .rst, .urg, .ack]) == .ack
        else { return false }
        if isIPv6 { return transportOffset == networkOffset &+ IPv6Header.byteCount }
        let fragmentField: UInt16 = frame.bytes.bigEndian(at: networkOffset &+ 6)
        return transportOffset == networkOffset &+ IPv4Header.byteCountMin
            && fragmentField == 0x4000
    }

    /// The sequence number that follows the segment in `frame`, which has neither SYN nor FIN.
    fileprivate func sequenceAfter(_ frame: Frame) -> UInt32 {
        let sequence: UInt32 = frame.bytes.bigEndian(at: transportOffset &+ 4)
        return sequence &+ UInt32(truncatingIfNeeded: byteCount &- payloadOffset)
    }

    /// Whether the checksum of the segment in `frame` is right.
    fileprivate func hasValidTCPChecksum(in frame: Frame) -> Bool {
        var sum = Checksum(pseudoHeaderOf: fiveTuple, byteCount: byteCount &- transportOffset)
        sum.add(frame.bytes.slice(transportOffset, byteCount))
        return sum.isValid
    }
}

extension RawSpan {
    /// The bits in which the bytes from `start` to `end` differ from those of `other`, piled on
    /// each other; zero if none. The range must lie inside both and be of even size.
    fileprivate func differences(_ other: RawSpan, _ start: Int, _ end: Int) -> UInt64 {
        var bits: UInt64 = 0
        var offset = start
        while offset &+ 8 <= end {
            bits |= bigEndian(at: offset, as: UInt64.self) ^ other.bigEndian(at: offset)
            offset &+= 8
        }
        while offset < end {
            bits |= UInt64(bigEndian(at: offset, as: UInt16.self) ^ other.bigEndian(at: offset))
            offset &+= 2
        }
        return bits
    }
}
