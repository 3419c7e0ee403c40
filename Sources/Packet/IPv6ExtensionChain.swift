/// The extension headers between an IPv6 header and its transport header (RFC 8200 §4), walked
/// whole.
///
/// The rules are stricter than a host's, because a chain that two readers read differently is how a
/// firewall is evaded (RFC 7113, RFC 9098): at most 8 headers and 512 bytes; hop-by-hop options
/// only first; no routing header that still routes (type 0 never, RFC 5095); after a Fragment
/// header only a transport header, so that first and later fragments name the same protocol (RFC
/// 7112).
struct IPv6ExtensionChain: BitwiseCopyable {
    /// The protocol after the chain.
    private(set) var ipProtocol: IPProtocol
    /// Where the chain ends, in bytes from the front of the IPv6 header.
    private(set) var endOffset = IPv6Header.byteCount
    /// Whether a Fragment header was met; then the next two hold.
    private(set) var hasFragmentHeader = false
    /// Fragment offset (13 bits, units of 8 bytes), reserved (2) and the M flag (1).
    private(set) var fragmentField: UInt16 = 0
    /// The datagram's identification.
    private(set) var identification: UInt32 = 0
    /// Why the packet must be dropped, or `.none`.
    private(set) var fault = FrameFault.none

    static let headerCountMax = 8
    static let byteCountMax = 512

    /// Walks the chain of `packet`, an IPv6 packet from its first byte to its last (or as much of
    /// it as an ICMPv6 error quotes), from `first`, its header's next header.
    init(_ packet: RawSpan, from first: IPProtocol) {
        ipProtocol = first
        var count = 0
        while fault == .none, ipProtocol.isExtensionHeader {
            fault = count < Self.headerCountMax ? step(packet, isFirst: count == 0) : .ipv6Header
            count &+= 1
        }
    }

    /// Whether this is a fragment without a transport header.
    var isLaterFragment: Bool { fragmentField & 0xfff8 != 0 }

    /// Steps over the header at ``endOffset``, which ``ipProtocol`` names.
    private mutating func step(_ packet: RawSpan, isFirst: Bool) -> FrameFault {
        if hasFragmentHeader { return .fragment }
        let header = packet.extracting(droppingFirst: endOffset)
        guard header.byteCount >= 8 else { return .ipv6Header }
        let byteCount = ipProtocol.extensionByteCount(header.bigEndian(at: 1))
        let chainByteCount = endOffset &+ byteCount &- IPv6Header.byteCount
        guard byteCount <= header.byteCount, chainByteCount <= Self.byteCountMax else {
            return .ipv6Header
        }
        switch ipProtocol {
        case .hopByHop where !isFirst: return .ipv6Header
        case .routing where !Self.isSpent(routing: header): return .ipv6Header
        case .fragmentHeader: noteFragment(header)
        default: break
        }
        endOffset &+= byteCount
        ipProtocol = IPProtocol(rawValue: header.bigEndian(at: 0))
        return .none
    }

    private mutating func noteFragment(_ header: RawSpan) {
        hasFragmentHeader = true
        fragmentField = header.bigEndian(at: 2)
        identification = header.bigEndian(at: 4)
    }

    /// Whether a routing header is harmless: not of type 0, and no segments left.
    private static func isSpent(routing header: RawSpan) -> Bool {
        let type: UInt8 = header.bigEndian(at: 2)
        let segmentsLeft: UInt8 = header.bigEndian(at: 3)
        return type != 0 && segmentsLeft == 0
    }
}

extension IPProtocol {
    /// Hop-by-hop options (RFC 8200 §4.3).
    static var hopByHop: IPProtocol { IPProtocol(rawValue: 0) }
    /// Routing header (RFC 8200 §4.4).
    static var routing: IPProtocol { IPProtocol(rawValue: 43) }
    /// Fragment header (RFC 8200 §4.5).
    static var fragmentHeader: IPProtocol { IPProtocol(rawValue: 44) }
    /// Authentication header (RFC 4302).
    static var authentication: IPProtocol { IPProtocol(rawValue: 51) }
    /// Destination options (RFC 8200 §4.6).
    static var destinationOptions: IPProtocol { IPProtocol(rawValue: 60) }

    /// Whether the number names a header of the chain and not a transport.
    var isExtensionHeader: Bool {
        switch self {
        case .hopByHop, .routing, .fragmentHeader, .authentication, .destinationOptions: true
        default: false
        }
    }

    /// The size of the extension header, in bytes, whose length field holds `length`.
    fileprivate func extensionByteCount(_ length: UInt8) -> Int {
        switch self {
        case .fragmentHeader: 8
        case .authentication: (Int(length) &+ 2) << 2
        default: (Int(length) &+ 1) << 3
        }
    }
}
