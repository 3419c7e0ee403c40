/// What names one direction of a connection: addresses, protocol and ports.
///
/// - Shape: 40 bytes without padding, so that its bytes can be hashed and compared as five words.
/// - For ICMP and ICMPv6 echo both ports hold the identifier, so that a reply is the reversed tuple
///   of its request. Protocols without ports have zero there.
@frozen public struct FiveTuple: Hashable, Sendable, BitwiseCopyable {
    /// The sender's address.
    public var source: IPAddress
    /// The receiver's address.
    public var destination: IPAddress
    /// The sender's port, in host byte order.
    public var sourcePort: UInt16
    /// The receiver's port, in host byte order.
    public var destinationPort: UInt16
    /// The protocol, widened so that no padding byte is left undefined.
    @usableFromInline var protocolNumber: UInt32

    /// The tuple of these fields.
    @inlinable public init(
        from source: (address: IPAddress, port: UInt16),
        to destination: (address: IPAddress, port: UInt16),
        _ ipProtocol: IPProtocol
    ) {
        self.source = source.address
        self.destination = destination.address
        self.sourcePort = source.port
        self.destinationPort = destination.port
        self.protocolNumber = UInt32(ipProtocol.rawValue)
    }

    /// The protocol of the IP payload.
    @inlinable public var ipProtocol: IPProtocol {
        IPProtocol(rawValue: UInt8(truncatingIfNeeded: protocolNumber))
    }

    /// The tuple of the opposite direction.
    @inlinable public var reversed: FiveTuple {
        FiveTuple(from: (destination, destinationPort), to: (source, sourcePort), ipProtocol)
    }
}

extension FiveTuple: CustomStringConvertible {
    /// `tcp 10.0.0.1:4711 -> 10.0.0.2:80`.
    public var description: String {
        "\(ipProtocol) \(endpoint(source, sourcePort)) -> \(endpoint(destination, destinationPort))"
    }

    private func endpoint(_ address: IPAddress, _ port: UInt16) -> String {
        address.isIPv4 ? "\(address):\(port)" : "[\(address)]:\(port)"
    }
}
