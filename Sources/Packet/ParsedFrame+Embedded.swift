extension ParsedFrame {
    /// Reads the packet that the ICMP or ICMPv6 error `message` quotes (RFC 792, RFC 4443 §3).
    ///
    /// The quote must hold its IP header whole and 8 bytes more, come from the receiver of the
    /// error (whoever else sent it would learn nothing), not be an error or later fragment itself,
    /// and not be cut by fragmentation: no sound sender makes such errors (RFC 1122 §3.2.2, RFC
    /// 4443 §2.4).
    mutating func readError(_ message: RawSpan) -> FrameFault {
        kind = .icmpError
        guard !isFragment else { return .fragment }
        let quote = message.extracting(droppingFirst: ICMPHeader.byteCount)
        let quotedByteCount = isIPv4 ? readQuotedIPv4(quote) : readQuotedIPv6(quote)
        guard quotedByteCount > 0, embedded.source == fiveTuple.destination else { return .icmp }
        embeddedOffset = payloadOffset &+ quotedByteCount
        let transport = quote.extracting(droppingFirst: quotedByteCount)
        guard transport.byteCount >= 8 else { return .icmp }
        return readQuotedPorts(transport) ? .none : .icmp
    }

    /// Reads a quoted IPv4 header and returns its size, or zero if it is unacceptable.
    private mutating func readQuotedIPv4(_ quote: RawSpan) -> Int {
        guard let header = IPv4Header(quoted: quote), header.fragmentOffset == 0 else { return 0 }
        embedded = FiveTuple(
            from: (IPAddress(header.source), 0), to: (IPAddress(header.destination), 0),
            header.ipProtocol)
        return header.byteCount
    }

    /// Reads a quoted IPv6 header with its extensions and returns their size, or zero if they are
    /// unacceptable.
    private mutating func readQuotedIPv6(_ quote: RawSpan) -> Int {
        guard let header = IPv6Header(quoted: quote) else { return 0 }
        let chain = IPv6ExtensionChain(quote, from: header.nextHeader)
        guard chain.fault == .none, !chain.isLaterFragment else { return 0 }
        embedded = FiveTuple(
            from: (header.source, 0), to: (header.destination, 0), chain.ipProtocol)
        return chain.endOffset
    }

    /// Reads what stands for ports in the first 8 bytes of the quoted transport header; false when
    /// it is an ICMP message other than an echo.
    private mutating func readQuotedPorts(_ transport: RawSpan) -> Bool {
        let type: UInt8 = transport.bigEndian(at: 0)
        switch embedded.ipProtocol {
        case .tcp, .udp, .sctp:
            embedded.sourcePort = transport.bigEndian(at: 0)
            embedded.destinationPort = transport.bigEndian(at: 2)
            return true
        case .icmp where isIPv4:
            setQuotedIdentifier(transport.bigEndian(at: 4))
            return type == ICMPType.echoRequest || type == ICMPType.echoReply
        case .icmpv6 where isIPv6:
            setQuotedIdentifier(transport.bigEndian(at: 4))
            return type == ICMPv6Type.echoRequest || type == ICMPv6Type.echoReply
        default:
            return true
        }
    }

    private mutating func setQuotedIdentifier(_ identifier: UInt16) {
        embedded.sourcePort = identifier
        embedded.destinationPort = identifier
    }
}
