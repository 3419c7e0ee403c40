/// Lowers the largest segment that a TCP connection may use to what the overlay carries, while the
/// connection opens, so that its ends need not find out by losing segments (RFC 9293 §3.7.1).
public enum MSSClamp {
    /// Lowers the maximum segment size that the SYN in `frame`, which `parsed` was read from,
    /// announces, to `limit` bytes, and corrects the checksum; returns whether it did.
    ///
    /// A smaller announcement stays, and none is added: without one the sender's peer uses 536 or
    /// 1,220 bytes (RFC 9293 §3.7.1). A partial checksum covers the pseudo-header only, and so
    /// stays as well.
    @discardableResult
    public static func lower(
        _ frame: Frame, _ parsed: ParsedFrame, to limit: UInt16
    ) -> Bool {
        guard parsed.kind == .tcp, parsed.fault == .none, parsed.tcpFlags.contains(.syn),
            parsed.byteCount <= frame.byteCount
        else { return false }
        var isLowered = false
        var offset = parsed.transportOffset &+ TCPHeader.byteCountMin
        while let option = Option(frame.bytes.slice(0, parsed.payloadOffset), at: offset) {
            if option.isSegmentSize, frame.bytes.bigEndian(at: offset &+ 2) > limit {
                store(limit, at: offset &+ 2, in: frame, parsed)
                isLowered = true
            }
            offset &+= option.byteCount
        }
        return isLowered
    }

    /// Stores `size` at `offset`, and corrects the checksum for it.
    private static func store(
        _ size: UInt16, at offset: Int, in frame: Frame, _ parsed: ParsedFrame
    ) {
        var bytes = frame.mutableBytes
        let old: UInt16 = bytes.bytes.bigEndian(at: offset)
        bytes.store(size, at: offset)
        if frame.virtio.isChecksumPartial { return }
        // A number across two words counts as one with its bytes exchanged (RFC 1071 §2 (B)).
        let isAcross = (offset &- parsed.transportOffset) & 1 != 0
        let field = parsed.transportOffset &+ TCPHeader.checksumOffset
        let checksum = Checksum.updated(
            bytes.bytes.bigEndian(at: field), from: isAcross ? old.byteSwapped : old,
            to: isAcross ? size.byteSwapped : size)
        bytes.store(checksum, at: field)
    }

    /// One TCP option (RFC 9293 §3.2).
    private struct Option {
        let kind: UInt8
        let byteCount: Int

        /// The option at `offset` of `bytes`, which end with the TCP header; nil at the end of the
        /// list, or when the option does not fit.
        init?(_ bytes: RawSpan, at offset: Int) {
            guard offset < bytes.byteCount else { return nil }
            kind = bytes.bigEndian(at: offset)
            if kind == 0 { return nil }
            if kind == 1 {
                byteCount = 1
                return
            }
            guard offset &+ 2 <= bytes.byteCount else { return nil }
            byteCount = Int(bytes.bigEndian(at: offset &+ 1, as: UInt8.self))
            guard byteCount >= 2, offset &+ byteCount <= bytes.byteCount else { return nil }
        }

        /// Whether this is a maximum segment size, of 4 bytes.
        var isSegmentSize: Bool { kind == 2 && byteCount == 4 }
    }
}
