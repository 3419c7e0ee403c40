/// The number of a port of the switch; it indexes the port tables and is never reused while frames
/// of its former port may be in flight.
@frozen public struct PortNumber: RawRepresentable, Hashable, Sendable, BitwiseCopyable {
    /// The index.
    public let rawValue: UInt16

    /// The port with this index.
    @inlinable public init(rawValue: UInt16) { self.rawValue = rawValue }

    /// The index as an `Int`.
    @inlinable public var index: Int { Int(rawValue) }
}

extension PortNumber: CustomStringConvertible {
    /// The number in decimal.
    public var description: String { "\(rawValue)" }
}
