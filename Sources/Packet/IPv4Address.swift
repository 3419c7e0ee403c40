import Glibc

/// An IPv4 address (RFC 791 §2.3), in host byte order.
@frozen public struct IPv4Address: RawRepresentable, Hashable, Sendable, BitwiseCopyable {
    /// The address as a number: `10.0.0.1` is `0x0a000001`.
    public let rawValue: UInt32

    /// The address with this number.
    @inlinable public init(rawValue: UInt32) { self.rawValue = rawValue }
}

extension IPv4Address: CustomStringConvertible, LosslessStringConvertible {
    /// Reads dotted decimal, as `inet_pton` does: four numbers, no leading zeros, nothing around.
    public init?(_ text: String) {
        var address = in_addr()
        guard unsafe inet_pton(AF_INET, text, &address) == 1 else { return nil }
        self.init(rawValue: UInt32(bigEndian: address.s_addr))
    }

    /// Dotted decimal.
    public var description: String {
        "\(rawValue >> 24).\(rawValue >> 16 & 0xff).\(rawValue >> 8 & 0xff).\(rawValue & 0xff)"
    }
}
