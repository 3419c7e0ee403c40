extension ParsedFrame {
    /// Reads the IPv4 packet that follows the Ethernet header.
    mutating func readIPv4(_ bytes: RawSpan) -> FrameFault {
        guard let header = IPv4Header(bytes.extracting(droppingFirst: networkOffset)),
            header.hasAcceptableAddresses, header.hasValidChecksum, header.hasAcceptableOptions
        else { return .ipv4Header }
        hopLimit = header.timeToLive
        byteCount = networkOffset &+ header.totalByteCount
        transportOffset = networkOffset &+ header.byteCount
        payloadOffset = transportOffset
        fiveTuple = FiveTuple(
            from: (IPAddress(header.source), 0), to: (IPAddress(header.destination), 0),
            header.ipProtocol)
        service = ServiceKey(header.ipProtocol, 0)
        guard header.isFragment else { return readTransport(bytes) }
        noteFragment(
            identification: UInt32(header.identification), offset: header.fragmentOffset,
            hasMore: header.hasMoreFragments)
        return readFragment(bytes)
    }
}

extension IPv4Header {
    /// Whether a packet between these addresses may appear on a network (RFC 1122 §3.2.1.3): not
    /// from a group or to "this host", and not from or to the loopback network.
    fileprivate var hasAcceptableAddresses: Bool {
        let (from, to) = (source.rawValue, destination.rawValue)
        return from >> 28 != 0xe && from != 0xffff_ffff && to != 0 && from >> 24 != 127
            && to >> 24 != 127
    }
}
