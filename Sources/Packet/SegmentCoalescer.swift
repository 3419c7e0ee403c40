/// Joins consecutive TCP segments of one connection, or UDP datagrams of one flow, to a
/// super-frame, the reverse of ``Segmenter``: a guest's kernel takes one frame of 64 KB far more
/// cheaply than 45 of 1,400 bytes.
///
/// The rules are those of Linux' GRO (`tcp_gro_receive`, `inet_gro_receive`, and what
/// `rx-udp-gro-forwarding` asks for, `udp_gro_receive`): segments join when each begins where the
/// one before ended, and headers differ in nothing but sequence number, lengths and checksums (with
/// don't-fragment set, the IPv4 identification means nothing either: RFC 6864 §4.1). All carry the
/// same payload size except a shorter last one; PSH or FIN ends a run. Each segment's checksum is
/// verified, because the super-frame's is made anew by its receiver, and would hide damage; a
/// datagram without one stays alone.
///
/// - Lifetime: the first segment is kept by reference, unchanged and valid until ``finish()``; when
///   a second one joins, both are copied into the slot given to ``init(into:)``.
/// - Cost: one copy and one sum of each segment that joins; no allocation.
/// - Thread: the worker that owns the buffers.
@frozen public struct SegmentCoalescer: BitwiseCopyable {
    /// Where several segments are joined.
    let slot: Frame
    /// Whether UDP datagrams are joined, too.
    let joinsDatagrams: Bool
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
    /// hold. Without `joinsDatagrams` it joins TCP alone.
    public init(into slot: Frame, joinsDatagrams: Bool = true) {
        self.slot = slot
        self.joinsDatagrams = joinsDatagrams
        held = slot
        first = ParsedFrame(RawSpan(), virtio: VirtioNetHeader())
    }

    /// Whether nothing is held.
    public var isEmpty: Bool { segmentCount == 0 }

    /// Whether a segment of the flow of `parsed` is held, which must be delivered before it.
    public func holdsFlow(of parsed: ParsedFrame) -> Bool {
        segmentCount > 0 && first.fiveTuple == parsed.fiveTuple
    }

    /// Takes `frame`, which `parsed` was read from, if it begins a run or continues the one held.
    public mutating func add(_ frame: Frame, _ parsed: ParsedFrame) -> Added {
        guard parsed.mayJoin(frame), joinsDatagrams || parsed.kind == .tcp else { return .refused }
        if isEmpty { return begin(frame, parsed) }
        guard continues(frame, parsed), parsed.hasValidChecksum(in: frame), gather() else {
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
        if first.kind == .tcp {
            parsed.tcpFlags = TCPFlags(
                rawValue: frame.bytes.bigEndian(at: first.transportOffset &+ 13))
        }
        guard continues(frame, parsed), hasValidIPChecksum(frame.bytes),
            parsed.hasValidChecksum(in: frame), gather()
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
    var payloadByteCountMax: Int { first.byteCount &- first.payloadOffset }

    private mutating func begin(_ frame: Frame, _ parsed: ParsedFrame) -> Added {
        held = frame
        first = parsed
        segmentCount = 1
        nextSequence = parsed.sequenceAfter(frame)
        isClosed =
            !parsed.tcpFlags.isDisjoint(with: [.fin, .psh])
            || payloadByteCountMax < VirtioNetHeader.gsoSizeMin(of: parsed.kind)
        return .began
    }

    /// Whether `frame` is the next segment of the run, and fits.
    private func continues(_ frame: Frame, _ parsed: ParsedFrame) -> Bool {
        // A TCP header is longer than one of UDP.
        guard !isClosed, parsed.payloadOffset == first.payloadOffset,
            parsed.transportOffset == first.transportOffset, isNext(frame, parsed)
        else { return false }
        let payloadByteCount = parsed.byteCount &- parsed.payloadOffset
        let joinedByteCount = joinedSize &+ payloadByteCount
        return payloadByteCount <= payloadByteCountMax
            && joinedByteCount &- first.networkOffset <= Self.packetByteCountMax
            && joinedByteCount <= slot.byteCount
            && segmentCount < segmentCountMax
            && hasEqualHeaders(frame.bytes)
    }

    /// As many segments as Linux makes of a frame: of UDP `UDP_MAX_SEGMENTS`.
    private var segmentCountMax: Int {
        first.kind == .tcp ? VirtioNetHeader.segmentCountMax : 128
    }

    /// Whether a TCP segment begins where the one before ended; datagrams have no order.
    private func isNext(_ frame: Frame, _ parsed: ParsedFrame) -> Bool {
        guard first.kind == .tcp else { return true }
        return !parsed.tcpFlags.contains(.cwr)
            && frame.bytes.bigEndian(at: parsed.transportOffset &+ 4) == nextSequence
    }

    /// The size of what is held without Ethernet padding, in bytes.
    private var joinedSize: Int { segmentCount == 1 ? first.byteCount : held.byteCount }

    /// The largest IP packet, in bytes, header included (`GRO_LEGACY_MAX_SIZE`).
    private static var packetByteCountMax: Int { 65_535 }

    /// Copies the first segment into the slot when another one is to join it; false when its
    /// checksum is wrong, so that it stays alone.
    private mutating func gather() -> Bool {
        guard segmentCount == 1 else { return true }
        guard first.hasValidChecksum(in: held), first.byteCount <= slot.byteCount else {
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

extension ParsedFrame {
    /// Whether this, read from `frame`, is finished and has data that others may join: TCP with ACK
    /// without SYN, RST and URG, or UDP to one station; over IPv4 without options and with
    /// don't-fragment, or over IPv6 without extension headers.
    fileprivate func mayJoin(_ frame: Frame) -> Bool {
        guard fault == .none, !isFragment, payloadOffset < byteCount,
            byteCount <= frame.byteCount, frame.virtio == VirtioNetHeader()
        else { return false }
        switch kind {
        case .tcp:
            guard tcpFlags.intersection([.syn, .rst, .urg, .ack]) == .ack else { return false }
        case .udp:
            // Who serves DHCP reads whole frames, not datagrams of a socket (packet(7)).
            guard destinationMAC.isUnicast, !isDHCP else { return false }
        default: return false
        }
        if isIPv6 { return transportOffset == networkOffset &+ IPv6Header.byteCount }
        let fragmentField: UInt16 = frame.bytes.bigEndian(at: networkOffset &+ 6)
        return transportOffset == networkOffset &+ IPv4Header.byteCountMin
            && fragmentField == 0x4000
    }

    /// Whether a DHCP or DHCPv6 client, relay or server is meant (RFC 2131 §4.1, RFC 8415 §7.2).
    private var isDHCP: Bool {
        switch fiveTuple.destinationPort {
        case 67, 68, 546, 547: true
        default: false
        }
    }

    /// The sequence number that follows the segment in `frame`, which has neither SYN nor FIN; of a
    /// datagram nothing that means anything.
    fileprivate func sequenceAfter(_ frame: Frame) -> UInt32 {
        guard kind == .tcp else { return 0 }
        let sequence: UInt32 = frame.bytes.bigEndian(at: transportOffset &+ 4)
        return sequence &+ UInt32(truncatingIfNeeded: byteCount &- payloadOffset)
    }

    /// Whether the transport checksum of `frame` is there and right.
    fileprivate func hasValidChecksum(in frame: Frame) -> Bool {
        if kind == .udp {
            let field: UInt16 = frame.bytes.bigEndian(
                at: transportOffset &+ UDPHeader.checksumOffset)
            guard field != 0 else { return false }
        }
        var sum = Checksum(pseudoHeaderOf: fiveTuple, byteCount: byteCount &- transportOffset)
        sum.add(frame.bytes.slice(transportOffset, byteCount))
        return sum.isValid
    }
}
