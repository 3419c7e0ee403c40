extension ParsedFrame {
    /// Reads the IPv6 packet that follows the Ethernet header.
    mutating func readIPv6(_ bytes: RawSpan) -> FrameFault {
        guard let header = IPv6Header(bytes.extracting(droppingFirst: networkOffset)),
            header.source.isAcceptableIPv6Source, header.destination.isAcceptableIPv6Destination
        else { return .ipv6Header }
        hopLimit = header.hopLimit
        byteCount = networkOffset &+ header.totalByteCount
        transportOffset = networkOffset &+ IPv6Header.byteCount
        payloadOffset = transportOffset
        fiveTuple = FiveTuple(
            from: (header.source, 0), to: (header.destination, 0), header.nextHeader)
        service = ServiceKey(header.nextHeader, 0)
        return header.nextHeader.isExtensionHeader
            ? readExtensions(bytes, from: header.nextHeader) : readTransport(bytes)
    }

    /// Walks the extension headers, and reads what follows them.
    private mutating func readExtensions(
        _ bytes: RawSpan, from first: IPProtocol
    ) -> FrameFault {
        let chain = IPv6ExtensionChain(bytes.slice(networkOffset, byteCount), from: first)
        guard chain.fault == .none else { return chain.fault }
        transportOffset = networkOffset &+ chain.endOffset
        payloadOffset = transportOffset
        fiveTuple = FiveTuple(
            from: (fiveTuple.source, 0), to: (fiveTuple.destination, 0), chain.ipProtocol)
        service = ServiceKey(chain.ipProtocol, 0)
        if chain.hasFragmentHeader { marks.insert(.fragmentHeader) }
        // Offset 0 and no more fragments: the packet is whole (RFC 6946).
        guard chain.fragmentField & 0xfff9 != 0 else { return readTransport(bytes) }
        noteFragment(
            identification: chain.identification, offset: Int(chain.fragmentField & 0xfff8),
            hasMore: chain.fragmentField & 1 != 0)
        return readFragment(bytes)
    }
}

extension IPAddress {
    /// Whether an IPv6 packet may come from this address: unicast or unspecified, and none of ::/96
    /// and ::ffff:0:0/96, which stand for IPv4 hosts or for the host itself (RFC 4291 §2.5.3,
    /// §2.5.5).
    fileprivate var isAcceptableIPv6Source: Bool {
        !isMulticast && (!standsForIPv4 || self == .unspecified)
    }

    /// Whether an IPv6 packet may go to this address.
    fileprivate var isAcceptableIPv6Destination: Bool { !standsForIPv4 }

    private var standsForIPv4: Bool { high == 0 && (low >> 32 == 0 || low >> 32 == 0xffff) }
}
