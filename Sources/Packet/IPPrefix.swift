/// An address prefix, `10.9.0.0/24` or `2001:db8::/32` (RFC 4632 §3.1, RFC 4291 §2.3).
@frozen public struct IPPrefix: Hashable, Sendable, BitwiseCopyable {
    /// The first address; every bit after the prefix is zero.
    public let address: IPAddress
    /// How many leading bits of the 128-bit form are fixed: an IPv4 `/24` is 120.
    public let bitCount: UInt8

    /// The prefix of `address` with `bitCount` bits of its 128-bit form; nil when a later bit is
    /// set.
    public init?(_ address: IPAddress, bitCount: Int) {
        guard (0...128).contains(bitCount) else { return nil }
        let mask = Self.mask(bitCount)
        guard address.high & ~mask.high == 0, address.low & ~mask.low == 0 else { return nil }
        self.address = address
        self.bitCount = UInt8(bitCount)
    }

    /// The prefix that holds one address alone.
    public init(_ address: IPAddress) {
        self.address = address
        bitCount = 128
    }

    /// Whether `other` lies within the prefix.
    @inlinable public func contains(_ other: IPAddress) -> Bool {
        let mask = Self.mask(Int(bitCount))
        return other.high & mask.high == address.high && other.low & mask.low == address.low
    }

    /// The last address of the prefix.
    public var last: IPAddress {
        let mask = Self.mask(Int(bitCount))
        return IPAddress(high: address.high | ~mask.high, low: address.low | ~mask.low)
    }

    /// The leading `bitCount` bits set.
    @inlinable static func mask(_ bitCount: Int) -> IPAddress {
        let low = max(bitCount - 64, 0)
        let high = min(bitCount, 64)
        return IPAddress(
            high: high == 0 ? 0 : UInt64.max << UInt64(64 - high),
            low: low == 0 ? 0 : UInt64.max << UInt64(64 - low))
    }
}

extension IPPrefix: CustomStringConvertible, LosslessStringConvertible {
    /// Reads `ADDRESS/LENGTH`, or an address alone; refuses set bits after the prefix.
    public init?(_ text: String) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard let first = parts.first, let address = IPAddress(String(first)) else { return nil }
        let familyOffset = address.isIPv4 ? 96 : 0
        if parts.count == 1 {
            self.init(address)
            return
        }
        guard parts.count == 2, let length = UInt8(parts[1]), parts[1] == "\(length)",
            Int(length) + familyOffset <= 128
        else { return nil }
        self.init(address, bitCount: Int(length) + familyOffset)
    }

    /// `ADDRESS/LENGTH`, the length as written for the address's own family.
    public var description: String {
        "\(address)/\(Int(bitCount) - (address.isIPv4 && bitCount >= 96 ? 96 : 0))"
    }
}
