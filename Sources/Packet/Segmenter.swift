/// Cuts a super-frame into the frames that its guest would have sent without offloads: TSO for TCP,
/// USO for UDP, over IPv4 and IPv6.
///
/// Each call of ``next(into:)`` writes one whole frame into the caller's buffer. Headers are copied
/// and corrected as Linux does it (`tcp_gso_segment`, `__udp_gso_segment`): sequence numbers
/// advance, FIN and PSH stay with the last frame and CWR with the first, IPv4 identifications count
/// up.
///
/// - Cost: one copy and one sum of the payload; no allocation.
/// - Thread: the worker that owns both buffers.
@frozen public struct Segmenter: BitwiseCopyable {
    let frame: Frame
    let parsed: ParsedFrame
    let payloadByteCountMax: Int
    var index = 0

    /// How many frames the super-frame becomes.
    public let segmentCount: Int

    /// Prepares to cut `frame`, which `parsed` was read from together with the slot's virtio-net
    /// header; nil when it is not a super-frame, or not a sound one.
    public init?(_ frame: Frame, _ parsed: ParsedFrame) {
        let virtio = frame.virtio
        guard virtio.isSuperFrame, parsed.fault == .none, parsed.byteCount <= frame.byteCount,
            virtio.isAcceptable(for: parsed)
        else { return nil }
        self.frame = frame
        self.parsed = parsed
        payloadByteCountMax = Int(virtio.gsoSize)
        let payloadByteCount = parsed.byteCount &- parsed.payloadOffset
        let upward = payloadByteCount &+ payloadByteCountMax &- 1
        segmentCount = max(1, upward / payloadByteCountMax)
    }

    /// The size of the largest frame to come, in bytes: what the caller's buffer must hold.
    public var byteCountMax: Int {
        min(parsed.payloadOffset &+ payloadByteCountMax, parsed.byteCount)
    }

    /// Writes the next frame into `scratch`, whose ``Frame/byteCount`` says how much it can hold,
    /// and returns it; nil when none is left, or when `scratch` is smaller than ``byteCountMax``.
    ///
    /// `scratch` must not overlap the super-frame.
    public mutating func next(into scratch: Frame) -> Frame? {
        guard index < segmentCount, scratch.byteCount >= byteCountMax else { return nil }
        // SAFETY: no more than byteCountMax. (Not a variable: one that a span borrows from gets a
        // box on the heap.)
        let segment = unsafe Frame(base: scratch.base, byteCount: copy(into: scratch))
        var bytes = segment.mutableBytes
        correctNetwork(&bytes)
        correctTransport(&bytes)
        ChecksumCompletion.store(parsed.fiveTuple, at: parsed.transportOffset, in: &bytes)
        segment.virtio = VirtioNetHeader()
        index &+= 1
        return segment
    }

    /// How much of the payload precedes the segment, in bytes.
    private var payloadBefore: Int { index &* payloadByteCountMax }
    private var isLast: Bool { index == segmentCount &- 1 }

    /// Copies headers and the segment's part of the payload, and returns their size.
    private func copy(into scratch: Frame) -> Int {
        let headers = parsed.payloadOffset
        let start = headers &+ payloadBefore
        let count = min(payloadByteCountMax, parsed.byteCount &- start)
        // SAFETY: headers + count ≤ byteCountMax ≤ the scratch frame, and start + count ≤ byteCount
        // of the super-frame, which `init` held against the slot.
        unsafe scratch.base.copyMemory(from: frame.base, byteCount: headers)
        unsafe (scratch.base + headers).copyMemory(from: frame.base + start, byteCount: count)
        return headers &+ count
    }

    /// Corrects the IP header's length, identification and checksum.
    private func correctNetwork(_ bytes: inout MutableRawSpan) {
        let network = parsed.networkOffset
        let packetByteCount = bytes.byteCount &- network
        if parsed.isIPv6 {
            let payload = packetByteCount &- IPv6Header.byteCount
            bytes.store(UInt16(truncatingIfNeeded: payload), at: network &+ 4)
            return
        }
        let identification: UInt16 = bytes.bytes.bigEndian(at: network &+ 4)
        bytes.store(UInt16(truncatingIfNeeded: packetByteCount), at: network &+ 2)
        bytes.store(identification &+ UInt16(truncatingIfNeeded: index), at: network &+ 4)
        IPv4Header.storeChecksum(
            at: network, byteCount: parsed.transportOffset &- network, in: &bytes)
    }

    /// Corrects the UDP length, or the TCP sequence number and flags.
    private func correctTransport(_ bytes: inout MutableRawSpan) {
        let transport = parsed.transportOffset
        if parsed.kind == .udp {
            let length = bytes.byteCount &- transport
            bytes.store(UInt16(truncatingIfNeeded: length), at: transport &+ 4)
            return
        }
        let sequence: UInt32 = bytes.bytes.bigEndian(at: transport &+ 4)
        bytes.store(sequence &+ UInt32(truncatingIfNeeded: payloadBefore), at: transport &+ 4)
        var flags = parsed.tcpFlags
        if !isLast { flags.subtract([.fin, .psh]) }
        if index > 0 { flags.remove(.cwr) }
        bytes.store(flags.rawValue, at: transport &+ 13)
    }
}
