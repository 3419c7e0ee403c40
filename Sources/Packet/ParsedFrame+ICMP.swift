extension ParsedFrame {
    /// Reads an ICMP message (RFC 792).
    mutating func readICMP(_ message: RawSpan) -> FrameFault {
        guard let header = ICMPHeader(message) else { return truncatedICMP }
        note(header)
        switch header.type {
        case ICMPType.echoRequest, ICMPType.echoReply:
            return noteEcho(header, isReply: header.type == ICMPType.echoReply)
        case ICMPType.destinationUnreachable, ICMPType.timeExceeded, ICMPType.parameterProblem:
            return readError(message)
        default:
            return .none
        }
    }

    /// Reads an ICMPv6 message (RFC 4443).
    mutating func readICMPv6(_ message: RawSpan) -> FrameFault {
        guard let header = ICMPHeader(message) else { return truncatedICMP }
        note(header)
        switch header.type {
        case ICMPv6Type.echoRequest, ICMPv6Type.echoReply:
            return noteEcho(header, isReply: header.type == ICMPv6Type.echoReply)
        case ICMPv6Type.destinationUnreachable...ICMPv6Type.parameterProblem:
            return readError(message)
        case NeighborDiscovery.Kind.routerSolicitation
            .rawValue...NeighborDiscovery.Kind.redirect
            .rawValue:
            return readNeighborDiscovery(message)
        case ICMPv6Type.listenerQuery...ICMPv6Type.listenerDone, ICMPv6Type.listenerReport2:
            kind = .multicastControl
            return .none
        default:
            return .none
        }
    }

    private var truncatedICMP: FrameFault { isFragment ? .fragment : .icmp }

    private mutating func note(_ header: borrowing ICMPHeader) {
        kind = .icmpOther
        payloadOffset = transportOffset &+ ICMPHeader.byteCount
        service = ServiceKey(fiveTuple.ipProtocol, header.detail)
    }

    private mutating func noteEcho(_ header: borrowing ICMPHeader, isReply: Bool) -> FrameFault {
        guard header.code == 0 else { return .icmp }
        kind = .icmpEcho
        if isReply { marks.insert(.echoReply) }
        fiveTuple.sourcePort = header.identifier
        fiveTuple.destinationPort = header.identifier
        return .none
    }

    /// Neighbour discovery must not travel behind a Fragment header (RFC 6980 §5).
    private mutating func readNeighborDiscovery(_ message: RawSpan) -> FrameFault {
        guard !marks.contains(.fragmentHeader) else { return .fragment }
        kind = .neighborDiscovery
        let isValid =
            NeighborDiscovery(
                message, from: fiveTuple.source, to: fiveTuple.destination, hopLimit: hopLimit)
            != nil
        return isValid ? .none : .icmp
    }
}

extension ParsedFrame {
    /// The ARP message in `bytes`, the frame this was read from; nil unless ``kind`` is `.arp`.
    @inlinable @_lifetime(copy bytes)
    public func arp(in bytes: RawSpan) -> ARPPacket? {
        guard fault == .none, kind == .arp else { return nil }
        return ARPPacket(bytes.slice(networkOffset, byteCount))
    }

    /// The neighbour discovery message in `bytes`, the frame this was read from; nil unless
    /// ``kind`` is `.neighborDiscovery`.
    @inlinable @_lifetime(copy bytes)
    public func neighborDiscovery(in bytes: RawSpan) -> NeighborDiscovery? {
        guard fault == .none, kind == .neighborDiscovery else { return nil }
        return NeighborDiscovery(
            bytes.slice(transportOffset, byteCount), from: fiveTuple.source,
            to: fiveTuple.destination, hopLimit: hopLimit)
    }

    /// The TCP header in `bytes`, the frame this was read from; nil unless ``kind`` is `.tcp`.
    @inlinable @_lifetime(copy bytes)
    public func tcp(in bytes: RawSpan) -> TCPHeader? {
        guard fault == .none, kind == .tcp else { return nil }
        return TCPHeader(bytes.slice(transportOffset, byteCount))
    }
}
