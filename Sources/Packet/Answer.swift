/// What the switch's own answers to an IP packet have in common: they go back where it came from.
enum Answer {
    /// Where the transport header of an answer to `parsed` lies, in bytes.
    static func transportOffset(_ parsed: ParsedFrame) -> Int {
        EthernetHeader.byteCount
            &+ (parsed.isIPv4 ? IPv4Header.byteCountMin : IPv6Header.byteCount)
    }

    /// Writes the Ethernet and IP headers of the answer `tuple`, whose packet ends with `bytes`.
    static func writeNetwork(
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
    /// Whether the packet goes from one host to another, so that an answer has one receiver (RFC
    /// 1122 §3.2.2, RFC 4443 §2.4 (e)). Valid iff this is an IP packet.
    var isBetweenHosts: Bool {
        let (from, to) = (fiveTuple.source, fiveTuple.destination)
        return destinationMAC.isUnicast && !to.isMulticast && to != .broadcastIPv4
            && from != .unspecified && from != .unspecifiedIPv4
    }
}
