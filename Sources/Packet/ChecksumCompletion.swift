/// Finishes what a sender with checksum offload left undone: its frames carry only the sum of the
/// pseudo-header in the TCP or UDP checksum field (virtio 1.2 §5.1.6.2).
public enum ChecksumCompletion {
    /// Fills the checksum of `frame`, which `parsed` was read from, and marks the frame as
    /// finished.
    ///
    /// The sum is made anew from the headers, so that a wrong partial sum cannot leave the switch.
    /// A super-frame gets the checksum of its whole length and stays one frame: right for a
    /// capture, not for a port, which wants ``Segmenter``'s frames. Frames without a partial
    /// checksum stay as they are.
    public static func complete(_ frame: Frame, _ parsed: ParsedFrame) {
        guard frame.virtio.isChecksumPartial, parsed.fault == .none,
            parsed.byteCount <= frame.byteCount
        else { return }
        // SAFETY: no more than the frame. (Not a variable: one that a span borrows from gets a box
        // on the heap.)
        let whole = unsafe Frame(base: frame.base, byteCount: parsed.byteCount)
        var bytes = whole.mutableBytes
        store(parsed.fiveTuple, at: parsed.transportOffset, in: &bytes)
        frame.virtio = VirtioNetHeader()
    }

    /// Stores the checksum of the transport packet that begins at `offset` and ends with `bytes`.
    /// Its header must lie inside; protocols without a checksum known here are left alone.
    static func store(_ tuple: FiveTuple, at offset: Int, in bytes: inout MutableRawSpan) {
        guard let field = tuple.ipProtocol.checksumOffset else { return }
        bytes.store(0 as UInt16, at: offset &+ field)
        let sum = sum(tuple, of: bytes.bytes.extracting(droppingFirst: offset))
        let value = tuple.ipProtocol == .udp ? sum.valueForUDP : sum.value
        bytes.store(value, at: offset &+ field)
    }

    /// The sum of a transport packet, with its pseudo-header unless it is ICMP, which has none.
    private static func sum(_ tuple: FiveTuple, of packet: RawSpan) -> Checksum {
        var sum = Checksum()
        if tuple.ipProtocol != .icmp {
            sum = Checksum(pseudoHeaderOf: tuple, byteCount: packet.byteCount)
        }
        sum.add(packet)
        return sum
    }
}

extension IPProtocol {
    /// Where the protocol's header holds an Internet checksum, in bytes.
    fileprivate var checksumOffset: Int? {
        switch self {
        case .tcp: TCPHeader.checksumOffset
        case .udp: UDPHeader.checksumOffset
        case .icmp, .icmpv6: ICMPHeader.checksumOffset
        default: nil
        }
    }
}
