/// The answer to a packet that is too large for the way to its receiver, by which path MTU
/// discovery learns the size that fits (RFC 1191, RFC 8201).
public enum TooBigReply {
    /// The size of the largest answer, in bytes.
    public static var byteCountMax: Int { ICMPError.byteCountMax }

    /// Writes the answer to `bytes`, which `parsed` was read from, into `scratch`, whose
    /// ``Frame/byteCount`` says how much it can hold, and returns it: "fragmentation needed",
    /// ICMP type 3 code 4 (RFC 1191 §4), or "packet too big", ICMPv6 type 2 (RFC 4443 §3.2), for
    /// packets of at most `mtu` bytes.
    ///
    /// nil when there must be no answer: to an IPv4 packet that may be fragmented, a later
    /// fragment, an ICMP error, or anything from or to a group (RFC 1122 §3.2.2, RFC 4443 §2.4
    /// (e)); or when `scratch` is smaller than ``byteCountMax``.
    public static func make(
        to bytes: RawSpan, _ parsed: ParsedFrame, mtu: Int, into scratch: Frame
    ) -> Frame? {
        guard parsed.mayBeTooBig, parsed.byteCount <= bytes.byteCount,
            !parsed.mayBeFragmented(in: bytes), scratch.byteCount >= byteCountMax
        else { return nil }
        let error =
            parsed.isIPv4
            ? ICMPError(service: 0x0304, detail: UInt32(UInt16(clamping: mtu)))
            : ICMPError(service: 0x0200, detail: UInt32(clamping: mtu))
        return error.write(about: bytes, parsed, into: scratch)
    }
}

extension ParsedFrame {
    /// Whether the sender is to hear that the packet is too big.
    fileprivate var mayBeTooBig: Bool {
        guard fault == .none else { return false }
        switch kind {
        case .tcp, .udp, .icmpEcho: return isBetweenHosts
        case .otherIP: return isBetweenHosts && byteCount &- transportOffset >= 8
        default: return false
        }
    }
}
