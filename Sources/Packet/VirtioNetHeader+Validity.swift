extension VirtioNetHeader {
    /// The smallest segment that a super-frame may ask for, in bytes of payload: Linux never goes
    /// below 48 bytes of TCP (`TCP_MIN_SND_MSS`), and datagrams may be as small as they like.
    @inlinable public static func gsoSizeMin(of kind: ParsedFrame.Kind) -> Int {
        kind == .tcp ? 48 : 1
    }

    /// The most segments that one super-frame may become; a full one of 64 KiB has 45 at an MTU of
    /// 1,500. A guest could otherwise make the switch work a thousandfold for each frame.
    @inlinable public static var segmentCountMax: Int { 512 }

    /// Whether the header fits the sound frame `parsed` and asks for nothing that the switch
    /// refuses.
    func isAcceptable(for parsed: ParsedFrame) -> Bool {
        if flags & ~Self.dataValid == 0, gsoType == Self.gsoNone { return true }
        guard flags & ~(Self.needsChecksum | Self.dataValid) == 0 else { return false }
        return isChecksumPlaced(in: parsed) && isSegmentable(parsed)
    }

    /// Whether a partial checksum, if there is one, is that of the TCP or UDP header. Checksums of
    /// other protocols, and of fragments, cannot be completed.
    private func isChecksumPlaced(in parsed: ParsedFrame) -> Bool {
        guard isChecksumPartial else { return true }
        guard !parsed.isFragment, Int(checksumStart) == parsed.transportOffset else { return false }
        switch parsed.kind {
        case .tcp: return Int(checksumOffset) == TCPHeader.checksumOffset
        case .udp: return Int(checksumOffset) == UDPHeader.checksumOffset
        default: return false
        }
    }

    /// Whether the frame, if it is a super-frame, is one that ``Segmenter`` cuts: its type fits the
    /// packet, its checksum is partial, and it becomes neither many nor tiny segments.
    private func isSegmentable(_ parsed: ParsedFrame) -> Bool {
        guard isSuperFrame else { return true }
        let payloadByteCount = parsed.byteCount &- parsed.payloadOffset
        guard isChecksumPartial, hasFittingType(parsed),
            Int(gsoSize) >= Self.gsoSizeMin(of: parsed.kind)
        else { return false }
        return payloadByteCount <= Int(gsoSize) &* Self.segmentCountMax
    }

    /// Whether the type fits the packet. A SYN or RST is never cut: each piece would be one.
    private func hasFittingType(_ parsed: ParsedFrame) -> Bool {
        let isData = parsed.tcpFlags.isDisjoint(with: [.syn, .rst])
        switch gsoType {
        case Self.gsoTCPv4, Self.gsoTCPv4 | Self.gsoECN:
            return parsed.kind == .tcp && parsed.isIPv4 && isData
        case Self.gsoTCPv6, Self.gsoTCPv6 | Self.gsoECN:
            return parsed.kind == .tcp && parsed.isIPv6 && isData
        case Self.gsoUDPL4:
            return parsed.kind == .udp
        default:
            return false
        }
    }
}
