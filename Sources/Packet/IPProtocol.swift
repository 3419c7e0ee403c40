/// The protocol number of an IP payload (IANA "Assigned Internet Protocol Numbers").
@frozen public struct IPProtocol: RawRepresentable, Hashable, Sendable, BitwiseCopyable {
    /// The number in the IPv4 Protocol or the last IPv6 Next Header field.
    public let rawValue: UInt8

    /// The protocol with this number.
    @inlinable public init(rawValue: UInt8) { self.rawValue = rawValue }

    /// Internet Control Message Protocol (RFC 792).
    @inlinable public static var icmp: IPProtocol { IPProtocol(rawValue: 1) }
    /// Internet Group Management Protocol (RFC 3376).
    @inlinable public static var igmp: IPProtocol { IPProtocol(rawValue: 2) }
    /// Transmission Control Protocol (RFC 9293).
    @inlinable public static var tcp: IPProtocol { IPProtocol(rawValue: 6) }
    /// User Datagram Protocol (RFC 768).
    @inlinable public static var udp: IPProtocol { IPProtocol(rawValue: 17) }
    /// ICMP for IPv6 (RFC 4443).
    @inlinable public static var icmpv6: IPProtocol { IPProtocol(rawValue: 58) }
    /// Stream Control Transmission Protocol (RFC 9260).
    @inlinable public static var sctp: IPProtocol { IPProtocol(rawValue: 132) }
}

extension IPProtocol: CustomStringConvertible {
    /// The name used in policies: `tcp`, `icmpv6`, or `proto/NUMBER`.
    public var description: String {
        switch self {
        case .icmp: "icmp"
        case .tcp: "tcp"
        case .udp: "udp"
        case .icmpv6: "icmpv6"
        case .sctp: "sctp"
        default: "proto/\(rawValue)"
        }
    }
}
