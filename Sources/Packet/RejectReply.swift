/// The answer to a frame that a policy rejects: a TCP reset, or an ICMP "administratively
/// prohibited".
///
/// It comes from the frame's receiver, as far as the sender can see: the switch has no address.
public enum RejectReply {
    /// The size of the largest answer, in bytes.
    public static var byteCountMax: Int { ICMPError.byteCountMax }

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
        guard let header = parsed.tcp(in: bytes) else {
            return prohibited(parsed).write(about: bytes, parsed, into: scratch)
        }
        var reply = scratch
        reply.byteCount = Answer.transportOffset(parsed) &+ TCPHeader.byteCountMin
        reply.virtio = VirtioNetHeader()
        var written = reply.mutableBytes
        writeReset(to: header, parsed, in: &written)
        return reply
    }

    /// "Destination unreachable, communication administratively prohibited": ICMP type 3 code 13
    /// (RFC 1812 §5.2.7.1), ICMPv6 type 1 code 1 (RFC 4443 §3.1).
    private static func prohibited(_ parsed: ParsedFrame) -> ICMPError {
        ICMPError(service: parsed.isIPv4 ? 0x030d : 0x0101)
    }
}

extension RejectReply {
    /// Writes the reset that a closed port would send (RFC 9293 §3.10.7.1).
    private static func writeReset(
        to header: borrowing TCPHeader, _ parsed: ParsedFrame, in bytes: inout MutableRawSpan
    ) {
        let tuple = parsed.fiveTuple.reversed
        Answer.writeNetwork(tuple, parsed, in: &bytes)
        var fields = TCPHeader.Fields(
            sourcePort: tuple.sourcePort, destinationPort: tuple.destinationPort,
            sequence: header.acknowledgment, acknowledgment: 0, flags: .rst)
        if !header.flags.contains(.ack) {
            fields.sequence = 0
            fields.acknowledgment = header.sequence &+ sequenceLength(header, parsed)
            fields.flags = [.rst, .ack]
        }
        let transport = Answer.transportOffset(parsed)
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
}

extension ParsedFrame {
    /// Whether the frame is one that its receiver could refuse by an answer to its sender.
    fileprivate var mayBeAnswered: Bool {
        guard fault == .none, !isFragment, isBetweenHosts else { return false }
        switch kind {
        case .tcp: return !tcpFlags.contains(.rst)
        case .icmpEcho: return !isEchoReply
        case .udp: return true
        case .otherIP: return byteCount &- transportOffset >= 8  // what an error must quote
        default: return false
        }
    }
}
