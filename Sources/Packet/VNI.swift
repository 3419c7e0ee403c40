/// A virtual network identifier: 24 bits, octets 4...6 of a VXLAN header (RFC 7348 §5).
@frozen public struct VNI: RawRepresentable, Hashable, Sendable, BitwiseCopyable {
    /// The number, below 2^24.
    public let rawValue: UInt32

    /// The identifier with this number; nil when it does not fit 24 bits.
    @inlinable public init?(rawValue: UInt32) {
        guard rawValue < 1 << 24 else { return nil }
        self.rawValue = rawValue
    }
}

extension VNI {
    /// The network of the hosts themselves. It has no frames on the wire: between hosts, its
    /// packets go without VXLAN header.
    @inlinable public static var hosts: VNI { VNI(number: 0) }

    /// - Parameter number: below 2^24.
    @inlinable init(number: UInt32) { rawValue = number }
}

extension VNI: CustomStringConvertible {
    /// The number in decimal.
    public var description: String { "\(rawValue)" }
}
