extension ParsedFrame {
    /// Reads the transport header at ``transportOffset``.
    mutating func readTransport(_ bytes: RawSpan) -> FrameFault {
        let transport = bytes.slice(transportOffset, byteCount)
        switch fiveTuple.ipProtocol {
        case .tcp: return readTCP(transport)
        case .udp: return readUDP(transport)
        case .icmp where isIPv4: return readICMP(transport)
        case .icmpv6 where isIPv6: return readICMPv6(transport)
        case .igmp where isIPv4: kind = .multicastControl
        case .sctp: return readSCTP(transport)
        default: kind = .otherIP
        }
        return .none
    }

    private mutating func readTCP(_ transport: RawSpan) -> FrameFault {
        guard let header = TCPHeader(transport) else { return truncatedTransport }
        kind = .tcp
        tcpFlags = header.flags
        payloadOffset = transportOffset &+ header.byteCount
        setPorts(header.sourcePort, header.destinationPort)
        return tcpFlags.isPossible ? .none : .transportHeader
    }

    /// The length field must tell the truth: the whole payload, or in a first fragment more than
    /// the fragment holds.
    private mutating func readUDP(_ transport: RawSpan) -> FrameFault {
        guard let header = UDPHeader(transport) else { return truncatedTransport }
        kind = .udp
        payloadOffset = transportOffset &+ UDPHeader.byteCount
        setPorts(header.sourcePort, header.destinationPort)
        let isTrue =
            isFragment
            ? header.length > transport.byteCount : header.length == transport.byteCount
        return isTrue ? .none : .transportHeader
    }

    /// SCTP's common header is 12 bytes and begins with the ports (RFC 9260 §3.1).
    private mutating func readSCTP(_ transport: RawSpan) -> FrameFault {
        guard transport.byteCount >= 12 else { return truncatedTransport }
        kind = .otherIP
        payloadOffset = transportOffset &+ 12
        setPorts(transport.bigEndian(at: 0), transport.bigEndian(at: 2))
        return .none
    }

    private mutating func setPorts(_ source: UInt16, _ destination: UInt16) {
        fiveTuple.sourcePort = source
        fiveTuple.destinationPort = destination
        service = ServiceKey(fiveTuple.ipProtocol, destination)
    }
}
