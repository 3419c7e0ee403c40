/// What follows an Ethernet header (IANA "IEEE 802 Numbers").
@frozen public struct EtherType: RawRepresentable, Hashable, Sendable, BitwiseCopyable {
    /// The number, in host byte order.
    public let rawValue: UInt16

    /// The type with this number.
    @inlinable public init(rawValue: UInt16) { self.rawValue = rawValue }

    /// IPv4 (RFC 894).
    @inlinable public static var ipv4: EtherType { EtherType(rawValue: 0x0800) }
    /// Address Resolution Protocol (RFC 826).
    @inlinable public static var arp: EtherType { EtherType(rawValue: 0x0806) }
    /// IPv6 (RFC 2464).
    @inlinable public static var ipv6: EtherType { EtherType(rawValue: 0x86dd) }

    /// Whether the type says that a VLAN tag follows: 802.1Q, 802.1ad, or the older QinQ.
    @inlinable public var isVLANTag: Bool {
        switch rawValue {
        case 0x8100, 0x88a8, 0x9100: true
        default: false
        }
    }
}

extension EtherType: CustomStringConvertible {
    /// `ipv4`, `ipv6`, `arp`, or the number in hexadecimal.
    public var description: String {
        switch self {
        case .ipv4: "ipv4"
        case .ipv6: "ipv6"
        case .arp: "arp"
        default: "0x" + String(rawValue, radix: 16)
        }
    }
}
