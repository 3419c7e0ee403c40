import Glibc

/// An IPv4 or IPv6 address in one 128-bit form, so that tables have one kind of key.
///
/// IPv4 stands as IPv4-mapped IPv6, `::ffff:a.b.c.d` (RFC 4291 §2.5.5.2). The parser refuses mapped
/// addresses in IPv6 headers, so that no frame can name an IPv4 host through the other family.
@frozen public struct IPAddress: Hashable, Sendable, BitwiseCopyable {
    /// The first 64 bits, in host byte order.
    public let high: UInt64
    /// The last 64 bits, in host byte order.
    public let low: UInt64

    /// The IPv6 address, or mapped IPv4 address, with these halves.
    @inlinable public init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    /// The mapped form of an IPv4 address.
    @inlinable public init(_ address: IPv4Address) {
        self.init(high: 0, low: 0xffff_0000_0000 | UInt64(address.rawValue))
    }

    /// `::`, the unspecified IPv6 address.
    @inlinable public static var unspecified: IPAddress { IPAddress(high: 0, low: 0) }

    /// `0.0.0.0`, the unspecified IPv4 address.
    @inlinable public static var unspecifiedIPv4: IPAddress { IPAddress(IPv4Address(rawValue: 0)) }

    /// `255.255.255.255`, the limited broadcast address (RFC 919 §7).
    @inlinable public static var broadcastIPv4: IPAddress {
        IPAddress(IPv4Address(rawValue: 0xffff_ffff))
    }

    /// Whether this is an IPv4 address.
    @inlinable public var isIPv4: Bool { high == 0 && low >> 32 == 0xffff }

    /// The IPv4 address, if this is one.
    @inlinable public var ipv4: IPv4Address? {
        isIPv4 ? IPv4Address(rawValue: UInt32(truncatingIfNeeded: low)) : nil
    }

    /// Whether this is a group address: 224.0.0.0/4 (RFC 5771) or ff00::/8 (RFC 4291 §2.7).
    @inlinable public var isMulticast: Bool {
        isIPv4 ? low & 0xf000_0000 == 0xe000_0000 : high >> 56 == 0xff
    }

    /// Whether this is an IPv6 unicast address of link scope, fe80::/10 (RFC 4291 §2.5.6).
    @inlinable public var isLinkLocalIPv6: Bool { high >> 54 == 0x3fa }

    /// The link-local address that a host forms from `mac` (RFC 4291 appendix A).
    public static func linkLocal(_ mac: MACAddress) -> IPAddress {
        let upper = (mac.rawValue >> 24 ^ 0x02_0000) << 40
        return IPAddress(high: 0xfe80 << 48, low: upper | 0xff_fe00_0000 | mac.rawValue & 0xff_ffff)
    }
}

extension IPAddress: Comparable {
    /// Numeric order of the 128-bit form: all of IPv4 lies together.
    @inlinable public static func < (left: IPAddress, right: IPAddress) -> Bool {
        left.high == right.high ? left.low < right.low : left.high < right.high
    }
}

extension IPAddress: CustomStringConvertible, LosslessStringConvertible {
    /// Reads either family as `inet_pton` does. A mapped IPv4 address must be written as IPv4.
    public init?(_ text: String) {
        if let address = IPv4Address(text) {
            self.init(address)
            return
        }
        var address = in6_addr()
        guard unsafe inet_pton(AF_INET6, text, &address) == 1 else { return nil }
        let halves = unsafe withUnsafeBytes(of: &address) {
            unsafe ($0.load(as: UInt64.self), $0.load(fromByteOffset: 8, as: UInt64.self))
        }
        self.init(high: UInt64(bigEndian: halves.0), low: UInt64(bigEndian: halves.1))
        if isIPv4 { return nil }
    }

    /// Dotted decimal, or the canonical IPv6 text (RFC 5952).
    public var description: String {
        if let ipv4 { return ipv4.description }
        var halves = (high.bigEndian, low.bigEndian)
        var text = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
        _ = unsafe inet_ntop(AF_INET6, &halves, &text, socklen_t(text.count))
        return String(decoding: text.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    }
}
