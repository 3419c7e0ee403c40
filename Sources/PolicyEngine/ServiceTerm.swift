public import Packet

/// One alternative of a rule's `on` clause, or of a named service.
public enum ServiceTerm: Hashable, Sendable {
    /// Every protocol, port and type.
    case any
    /// A service of the same file.
    case named(String)
    /// Neighbouring ports or types of one protocol.
    case range(ServiceRange)
}

/// An unbroken range of services, both ends included.
public struct ServiceRange: Hashable, Sendable {
    /// The first service.
    public let first: ServiceKey
    /// The last service.
    public let last: ServiceKey

    /// From `first` to `last`.
    public init(_ first: ServiceKey, _ last: ServiceKey) {
        self.first = first
        self.last = last
    }

    /// Every service of a protocol.
    public init(_ ipProtocol: IPProtocol) {
        self.init(ServiceKey(ipProtocol, 0), ServiceKey(ipProtocol, .max))
    }

    /// One type of ICMP or ICMPv6, with all its codes.
    public init(_ ipProtocol: IPProtocol, type: UInt8) {
        let first = UInt16(type) << 8
        self.init(ServiceKey(ipProtocol, first), ServiceKey(ipProtocol, first | 0xff))
    }

    /// Everything.
    public static let all = ServiceRange(
        ServiceKey(rawValue: 0), ServiceKey(rawValue: 0xff_ffff))

    /// Whether `service` lies within the range.
    public func contains(_ service: ServiceKey) -> Bool { first <= service && service <= last }
}
