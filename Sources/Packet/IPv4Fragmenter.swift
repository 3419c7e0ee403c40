/// Cuts an IPv4 packet that may be fragmented into pieces that fit an MTU (RFC 791 §3.2).
///
/// Each call of ``next(into:)`` writes one whole frame into the caller's buffer. A packet that is a
/// fragment itself is cut further: its pieces keep their place in the first datagram.
///
/// - Cost: one copy of the payload; no allocation.
/// - Thread: the worker that owns both buffers.
@frozen public struct IPv4Fragmenter: BitwiseCopyable {
    let frame: Frame
    let parsed: ParsedFrame
    /// How many payload bytes the first fragment holds, and each later one but the last.
    let firstPayloadByteCount: Int
    let laterPayloadByteCount: Int
    /// The size of the options that later fragments repeat, padded to whole words.
    let laterOptionsByteCount: Int
    var payloadBefore = 0

    /// The smallest MTU to cut for, in bytes: the first fragment then holds any transport header
    /// after any options, else its receiver's firewall would take it for an evasion.
    public static var mtuMin: Int { 128 }

    /// How many fragments the packet becomes; at least two.
    public let fragmentCount: Int

    /// Prepares to cut `frame`, which `parsed` was read from, into packets of at most `mtu` bytes.
    ///
    /// nil when it need not or must not be cut: not IPv4, don't-fragment set, small enough, a
    /// super-frame (for ``Segmenter`` first) or one whose checksum is not complete (for
    /// ``ChecksumCompletion`` first), or `mtu` below ``mtuMin``.
    public init?(_ frame: Frame, _ parsed: ParsedFrame, mtu: Int) {
        guard parsed.fault == .none, parsed.byteCount <= frame.byteCount,
            parsed.mayBeFragmented(in: frame.bytes), !frame.virtio.isSuperFrame,
            !frame.virtio.isChecksumPartial, mtu >= Self.mtuMin,
            parsed.byteCount &- parsed.networkOffset > mtu
        else { return nil }
        self.frame = frame
        self.parsed = parsed
        let header = parsed.ipv4HeaderByteCount
        laterOptionsByteCount = Options.byteCount(frame.bytes, parsed)
        firstPayloadByteCount = (mtu &- header) & ~7
        laterPayloadByteCount =
            (mtu &- IPv4Header.byteCountMin &- laterOptionsByteCount) & ~7
        let rest = parsed.byteCount &- parsed.transportOffset &- firstPayloadByteCount
        fragmentCount = 1 &+ (rest &+ laterPayloadByteCount &- 1) / laterPayloadByteCount
    }

    /// The size of the largest frame to come, in bytes: what the caller's buffer must hold.
    public var byteCountMax: Int {
        let first = parsed.ipv4HeaderByteCount &+ firstPayloadByteCount
        let later = IPv4Header.byteCountMin &+ laterOptionsByteCount &+ laterPayloadByteCount
        return parsed.networkOffset &+ max(first, later)
    }

    /// Writes the next frame into `scratch`, whose ``Frame/byteCount`` says how much it can hold,
    /// and returns it; nil when none is left, or when `scratch` is smaller than ``byteCountMax``.
    ///
    /// `scratch` must not overlap the packet.
    public mutating func next(into scratch: Frame) -> Frame? {
        let payload = frame.bytes.slice(
            parsed.transportOffset &+ payloadBefore, parsed.byteCount)
        guard !payload.isEmpty, scratch.byteCount >= byteCountMax else { return nil }
        let isFirst = payloadBefore == 0
        let header = isFirst ? parsed.ipv4HeaderByteCount : laterHeaderByteCount
        let count = isFirst ? firstPayloadByteCount : laterPayloadByteCount
        let piece = payload.extracting(first: count)
        var fragment = scratch
        fragment.byteCount = parsed.networkOffset &+ header &+ piece.byteCount
        fragment.virtio = VirtioNetHeader()
        var bytes = fragment.mutableBytes
        writeHeader(header, isLast: piece.byteCount == payload.byteCount, in: &bytes)
        bytes.store(piece, at: parsed.networkOffset &+ header)
        payloadBefore &+= piece.byteCount
        return fragment
    }

    private var laterHeaderByteCount: Int { IPv4Header.byteCountMin &+ laterOptionsByteCount }
}

extension IPv4Fragmenter {
    /// Writes the Ethernet header and the IP header of `byteCount` bytes of the next fragment.
    private func writeHeader(
        _ byteCount: Int, isLast: Bool, in bytes: inout MutableRawSpan
    ) {
        let network = parsed.networkOffset
        let source = frame.bytes
        if payloadBefore == 0 {
            bytes.store(source.slice(0, network &+ byteCount), at: 0)
        } else {
            bytes.store(source.slice(0, network &+ IPv4Header.byteCountMin), at: 0)
            bytes.store(0x40 | UInt8(truncatingIfNeeded: byteCount >> 2), at: network)
            writeRepeatedOptions(in: &bytes)
        }
        // More-fragments (0x2000) stays with the last piece of a fragment that had it. The sum
        // cannot run over into it: the parser held offset and size against 65,535.
        let field: UInt16 = source.bigEndian(at: network &+ 6)
        let place = field &+ UInt16(truncatingIfNeeded: payloadBefore >> 3)
        bytes.store(isLast ? place : place | 0x2000, at: network &+ 6)
        bytes.store(UInt16(truncatingIfNeeded: bytes.byteCount &- network), at: network &+ 2)
        IPv4Header.storeChecksum(at: network, byteCount: byteCount, in: &bytes)
    }

    /// Writes the options that each fragment repeats, and the end of the list behind them.
    private func writeRepeatedOptions(in bytes: inout MutableRawSpan) {
        var target = parsed.networkOffset &+ IPv4Header.byteCountMin
        let end = target &+ laterOptionsByteCount
        var options = Options(parsed)
        while let option = options.next(in: frame.bytes) {
            bytes.store(frame.bytes.slice(option.lowerBound, option.upperBound), at: target)
            target &+= option.count
        }
        while target < end {
            bytes.store(0 as UInt8, at: target)
            target &+= 1
        }
    }
}

extension IPv4Fragmenter {
    /// The options of a packet that each of its fragments repeats: those with the copied flag (RFC
    /// 791 §3.1).
    private struct Options {
        private var offset: Int
        private let end: Int

        /// The options of the IPv4 packet that `parsed` tells of.
        init(_ parsed: ParsedFrame) {
            offset = parsed.networkOffset &+ IPv4Header.byteCountMin
            end = parsed.transportOffset
        }

        /// The size of all of them, padded to whole words.
        static func byteCount(_ bytes: RawSpan, _ parsed: ParsedFrame) -> Int {
            var options = Options(parsed)
            var byteCount = 0
            while let option = options.next(in: bytes) { byteCount &+= option.count }
            return (byteCount &+ 3) & ~3
        }

        /// Where in `bytes` the next one lies; nil when none is left.
        mutating func next(in bytes: RawSpan) -> Range<Int>? {
            while offset < end {
                let start = offset
                let kind: UInt8 = bytes.bigEndian(at: start)
                if kind == 0 { return nil }
                if kind == 1 {
                    offset &+= 1
                    continue
                }
                guard start &+ 2 <= end else { return nil }
                let byteCount = Int(bytes.bigEndian(at: start &+ 1, as: UInt8.self))
                guard byteCount >= 2, start &+ byteCount <= end else { return nil }
                offset = start &+ byteCount
                if kind & 0x80 != 0 { return start..<offset }
            }
            return nil
        }
    }
}

extension ParsedFrame {
    /// Whether the packet in `bytes`, which this was read from, is one that its sender allows to be
    /// cut: IPv4 without don't-fragment.
    public func mayBeFragmented(in bytes: RawSpan) -> Bool {
        guard fault == .none, isIPv4, byteCount <= bytes.byteCount else { return false }
        return bytes.bigEndian(at: networkOffset &+ 6, as: UInt16.self) & 0x4000 == 0
    }

    /// The size of the IPv4 header with its options, in bytes. Valid iff this is an IPv4 packet.
    fileprivate var ipv4HeaderByteCount: Int { transportOffset &- networkOffset }
}
