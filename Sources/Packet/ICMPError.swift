/// An ICMP or ICMPv6 error about a frame, from the frame's receiver as far as its sender can see:
/// the switch has no address.
struct ICMPError {
    /// Type and code, `type << 8 | code`.
    var service: UInt16
    /// The four bytes after the checksum, whose meaning depends on the type.
    var detail: UInt32 = 0

    /// The size of the largest error, in bytes: Ethernet, IPv6, ICMPv6, and the quote.
    static var byteCountMax: Int { 14 + 40 + 8 + quoteByteCountMaxIPv6 }
    /// How much an ICMP error quotes, so that it stays within 576 bytes (RFC 1812 §4.3.2.3).
    private static var quoteByteCountMaxIPv4: Int { 548 }
    /// How much an ICMPv6 error quotes, so that it stays within 1,280 bytes (RFC 4443 §2.4 (c)).
    private static var quoteByteCountMaxIPv6: Int { 1_232 }

    /// Writes the error about `bytes`, which `parsed` was read from and which are there whole, into
    /// `scratch`, which holds ``byteCountMax`` bytes, and returns it.
    func write(about bytes: RawSpan, _ parsed: ParsedFrame, into scratch: Frame) -> Frame {
        let quoteMax = parsed.isIPv4 ? Self.quoteByteCountMaxIPv4 : Self.quoteByteCountMaxIPv6
        let quote = bytes.slice(
            parsed.networkOffset, min(parsed.byteCount, parsed.networkOffset &+ quoteMax))
        let transport = Answer.transportOffset(parsed)
        var reply = scratch
        reply.byteCount = transport &+ ICMPHeader.byteCount &+ quote.byteCount
        reply.virtio = VirtioNetHeader()
        let tuple = FiveTuple(
            from: (parsed.fiveTuple.destination, 0), to: (parsed.fiveTuple.source, 0),
            parsed.isIPv4 ? .icmp : .icmpv6)
        var written = reply.mutableBytes
        Answer.writeNetwork(tuple, parsed, in: &written)
        written.store(UInt32(service) << 16, at: transport)
        written.store(detail, at: transport &+ 4)
        written.store(quote, at: transport &+ ICMPHeader.byteCount)
        ChecksumCompletion.store(tuple, at: transport, in: &written)
        return reply
    }
}
