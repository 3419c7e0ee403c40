extension ParsedFrame {
    /// Keeps where the packet's payload belongs in its datagram.
    mutating func noteFragment(identification: UInt32, offset: Int, hasMore: Bool) {
        marks.insert(hasMore ? [.fragment, .moreFragments] : .fragment)
        fragmentID = identification
        fragmentOffset = UInt16(truncatingIfNeeded: offset)
        fragmentByteCount = UInt16(truncatingIfNeeded: byteCount &- transportOffset)
    }

    /// Judges a fragment, and reads the transport header if it is the first.
    ///
    /// Its data must end within 65,535 bytes (else "ping of death"), be there at all, and if more
    /// follows be a multiple of 8 bytes (RFC 8200 §4.5; hosts disagree about others).
    mutating func readFragment(_ bytes: RawSpan) -> FrameFault {
        let count = Int(fragmentByteCount)
        let ipHeaderByteCount = isIPv4 ? transportOffset &- networkOffset : 0
        guard count > 0, Int(fragmentOffset) &+ count &+ ipHeaderByteCount <= 65_535,
            !hasMoreFragments || count & 7 == 0
        else { return .fragment }
        if isFirstFragment { return readTransport(bytes) }
        return readLaterFragment()
    }

    /// A later fragment has no ports. Over TCP it must not reach into the header, whose flags it
    /// would change after they were judged (RFC 3128 §2).
    private mutating func readLaterFragment() -> FrameFault {
        if fiveTuple.ipProtocol == .tcp, fragmentOffset < TCPHeader.byteCountMin {
            return .fragment
        }
        kind = .laterFragment
        return .none
    }

    /// The fault of a transport header that is not there whole: in a first fragment, an evasion.
    var truncatedTransport: FrameFault { isFragment ? .fragment : .transportHeader }
}
