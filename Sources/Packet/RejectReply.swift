/// The answer to a frame that a policy rejects: a TCP reset, or an ICMP "administratively
/// prohibited".
///
/// It comes from the frame's receiver, as far as the sender can see: the switch has no address.
public enum RejectReply {
    /// The size of the largest answer, in bytes: Ethernet, IPv6, ICMPv6, and the quote.
    public static var byteCountMax: Int { 14 + 40 + 8 + quoteByteCountMaxIPv6 }
    /// How much an ICMP error quotes, so that it stays within 576 bytes (RFC 1812 §4.3.2.3).
    static var quoteByteCountMaxIPv4: Int { 548 }
    /// How much an ICMPv6 error quotes, so that it stays within 1,280 bytes (RFC 4443 §2.4 (c)).
    static var quoteByteCountMaxIPv6: Int { 1_232 }

    /// Writes the answer to `bytes`, which `parsed` was read from, into `scratch`, whose
    /// ``Frame/byteCount`` says how much it can hold, and returns it.
    ///
    /// nil when there must be no answer, so that answers never meet answers: to a reset, an ICMP
    /// error or other ICMP than an echo request, a fragment, or anything from or to a group (RFC
    /// 1122 §3.2.2, RFC 4443 §2.4 (e)); or when `scratch` is smaller than ``byteCountMax``.
    public static func make(
        to bytes: RawSpan, _ parsed: ParsedFrame, into scratch: Frame
    ) -> Frame? {
        guard parsed.mayBeAnswered, parsed.byteCount <= bytes.byteCount,
            scratch.byteCount >= byteCountMax
        else { return nil }
        var reply = scratch
        if let header = parsed.tcp(in: bytes) {
            reply.byteCount = resetByteCount(parsed)
            var written = reply.mutableBytes
            writeReset(to: header, parsed, in: &written)
        } else {
            let quote = bytes.slice(
                parsed.networkOffset, min(parsed.byteCount, parsed.networkOffset + quoteMax(parsed))
            )
            reply.byteCount = transportOffset(parsed) &+ ICMPHeader.byteCount &+ quote.byteCount
            var written = reply.mutableBytes
            writeProhibited(quoting: quote, parsed, in: &written)
        }
        reply.virtio = VirtioNetHeader()
        return reply
    }

    private static func transportOffset(_ parsed: ParsedFrame) -> Int {
        EthernetHeader.byteCount
            &+ (parsed.isIPv4 ? IPv4Header.byteCountMin : IPv6Header.byteCount)
    }

    private static func resetByteCount(_ parsed: ParsedFrame) -> Int {
        transportOffset(parsed) &+ TCPHeader.byteCountMin
    }

    private static func quoteMax(_ parsed: ParsedFrame) -> Int {
        parsed.isIPv4 ? quoteByteCountMaxIPv4 : quoteByteCountMaxIPv6
    }
}

extension RejectReply {
    /// Writes the reset that a closed port would send (RFC 9293 §3.10.7.1).
    private static func writeReset(
        to header: borrowing TCPHeader, _ parsed: ParsedFrame, in bytes: inout MutableRawSpan
    ) {
        let tuple = parsed.fiveTuple.reversed
        writeNetwork(tuple, parsed, in: &bytes)
        var fields = TCPHeader.Fields(
            sourcePort: tuple.sourcePort, destinationPort: tuple.destinationPort,
            sequence: header.acknowledgment, acknowledgment: 0, flags: .rst)
        if !header.flags.contains(.ack) {
            fields.sequence = 0
            fields.acknowledgment = header.sequence &+ sequenceLength(header, parsed)
            fields.flags = [.rst, .ack]
        }
        let transport = transportOffset(parsed)
        TCPHeader.store(fields, at: transport, in: &bytes)
        ChecksumCompletion.store(tuple, at: transport, in: &bytes)
    }

    /// How many sequence numbers a segment takes (SEG.LEN): its payload, SYN and FIN.
    private static func sequenceLength(
        _ header: borrowing TCPHeader, _ parsed: ParsedFrame
    ) -> UInt32 {
        let payload = UInt32(truncatingIfNeeded: parsed.byteCount &- parsed.payloadOffset)
        return payload &+ (header.flags.contains(.syn) ? 1 : 0)
            &+ (header.flags.contains(.fin) ? 1 : 0)
    }

    /// Writes "destination unreachable, communication administratively prohibited": ICMP type 3
    /// code 13 (RFC 1812 §5.2.7.1), ICMPv6 type 1 code 1 (RFC 4443 §3.1).
    private static func writeProhibited(
        quoting quote: RawSpan, _ parsed: ParsedFrame, in bytes: inout MutableRawSpan
    ) {
        let reversed = parsed.fiveTuple.reversed
        let tuple = FiveTuple(
            from: (reversed.source, 0), to: (reversed.destination, 0),
            parsed.isIPv4 ? .icmp : .icmpv6)
        writeNetwork(tuple, parsed, in: &bytes)
        let transport = transportOffset(parsed)
        bytes.store((parsed.isIPv4 ? 0x030d_0000 : 0x0101_0000) as UInt32, at: transport)
        bytes.store(0 as UInt32, at: transport &+ 4)
        bytes.store(quote, at: transport &+ ICMPHeader.byteCount)
        ChecksumCompletion.store(tuple, at: transport, in: &bytes)
    }

    /// Writes the Ethernet and IP headers of the answer `tuple`, whose packet ends with `bytes`.
    private static func writeNetwork(
        _ tuple: FiveTuple, _ parsed: ParsedFrame, in bytes: inout MutableRawSpan
    ) {
        EthernetHeader.store(
            to: parsed.sourceMAC, from: parsed.destinationMAC, parsed.etherType, in: &bytes)
        let network = parsed.networkOffset
        if parsed.isIPv4 {
            let fields = IPv4Header.Fields(
                source: tuple.source, destination: tuple.destination, ipProtocol: tuple.ipProtocol,
                totalByteCount: bytes.byteCount &- network)
            IPv4Header.store(fields, at: network, in: &bytes)
        } else {
            let fields = IPv6Header.Fields(
                source: tuple.source, destination: tuple.destination, ipProtocol: tuple.ipProtocol,
                payloadByteCount: bytes.byteCount &- network &- IPv6Header.byteCount)
            IPv6Header.store(fields, at: network, in: &bytes)
        }
    }
}

extension ParsedFrame {
    /// Whether the frame is one that its receiver could refuse by an answer to its sender.
    fileprivate var mayBeAnswered: Bool {
        guard fault == .none, !isFragment, destinationMAC.isUnicast else { return false }
        let (from, to) = (fiveTuple.source, fiveTuple.destination)
        guard !to.isMulticast, to != .broadcastIPv4, from != .unspecified, from != .unspecifiedIPv4
        else { return false }
        switch kind {
        case .tcp: return !tcpFlags.contains(.rst)
        case .icmpEcho: return !isEchoReply
        case .udp: return true
        case .otherIP: return byteCount &- transportOffset >= 8  // what an error must quote
        default: return false
        }
    }
}
