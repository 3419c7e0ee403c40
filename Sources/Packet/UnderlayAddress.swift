/// Where a peer's datagrams come from and go to: an IP address of the underlay with a UDP port.
@frozen public struct UnderlayAddress: Hashable, Sendable, BitwiseCopyable {
    /// The IP address; IPv4 in its mapped form.
    public let address: IPAddress
    /// The UDP port.
    public let port: UInt16

    /// The port `port` of `address`.
    @inlinable public init(_ address: IPAddress, port: UInt16) {
        self.address = address
        self.port = port
    }
}

extension UnderlayAddress: CustomStringConvertible, LosslessStringConvertible {
    /// Reads `192.0.2.2:51820` or `[2001:db8::1]:51820` (RFC 3986 §3.2.2); port 0 is refused,
    /// because nobody can send to it.
    public init?(_ text: String) {
        guard let colon = text.utf8.lastIndex(of: UInt8(ascii: ":")) else { return nil }
        let digits = text[text.utf8.index(after: colon)...]
        guard digits.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }),
            let port = UInt16(digits), port > 0
        else { return nil }
        let host = text[..<colon]
        let isBracketed =
            host.utf8.first == UInt8(ascii: "[") && host.utf8.last == UInt8(ascii: "]")
        guard let address = IPAddress(String(isBracketed ? host.dropFirst().dropLast() : host)),
            address.isIPv4 != isBracketed
        else { return nil }
        self.init(address, port: port)
    }

    /// The form that ``init(_:)`` reads.
    public var description: String {
        address.isIPv4 ? "\(address):\(port)" : "[\(address)]:\(port)"
    }
}
