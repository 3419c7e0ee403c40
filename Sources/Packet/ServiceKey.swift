/// What a policy's `on` clause matches in one number: the protocol, and its port or ICMP type.
///
/// - Shape: 24 bits, `protocol << 16 | detail`. The detail is the destination port for TCP, UDP and
///   SCTP, `type << 8 | code` for ICMP and ICMPv6, and zero otherwise. A service is thus a range.
@frozen public struct ServiceKey: RawRepresentable, Hashable, Sendable, BitwiseCopyable, Comparable
{
    /// The number, below 2^24.
    public let rawValue: UInt32

    /// Keeps the low 24 bits of `rawValue`.
    @inlinable public init(rawValue: UInt32) { self.rawValue = rawValue & 0xff_ffff }

    /// The key of a protocol with its destination port, or its ICMP type and code.
    @inlinable public init(_ ipProtocol: IPProtocol, _ detail: UInt16) {
        self.init(rawValue: UInt32(ipProtocol.rawValue) << 16 | UInt32(detail))
    }

    /// The protocol.
    @inlinable public var ipProtocol: IPProtocol {
        IPProtocol(rawValue: UInt8(truncatingIfNeeded: rawValue >> 16))
    }

    /// The destination port, or the ICMP type and code.
    @inlinable public var detail: UInt16 { UInt16(truncatingIfNeeded: rawValue) }

    /// Numeric order.
    @inlinable public static func < (left: ServiceKey, right: ServiceKey) -> Bool {
        left.rawValue < right.rawValue
    }
}

extension ServiceKey: CustomStringConvertible {
    /// `tcp/80`, `icmp/8`, `proto/47`.
    public var description: String {
        switch ipProtocol {
        case .tcp, .udp, .sctp: "\(ipProtocol)/\(detail)"
        case .icmp, .icmpv6: "\(ipProtocol)/\(detail >> 8)"
        default: "\(ipProtocol)"
        }
    }
}
