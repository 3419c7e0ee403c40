/// A UDP header (RFC 768) viewed in place, with whatever of its datagram is there.
@frozen public struct UDPHeader: ~Escapable {
    @usableFromInline let bytes: RawSpan

    /// The size of the header, in bytes.
    @inlinable public static var byteCount: Int { 8 }
    /// Where the checksum lies, in bytes.
    @inlinable public static var checksumOffset: Int { 6 }

    /// The header at the front of `bytes`; nil when it is not there whole, or claims to be shorter
    /// than itself. (Length zero, a jumbogram of RFC 2675, is refused so too.)
    @inlinable @_lifetime(copy bytes)
    public init?(_ bytes: RawSpan) {
        guard bytes.byteCount >= Self.byteCount else { return nil }
        self.bytes = bytes
        guard length >= Self.byteCount else { return nil }
    }

    /// The sender's port.
    @inlinable public var sourcePort: UInt16 { bytes.bigEndian(at: 0) }
    /// The receiver's port.
    @inlinable public var destinationPort: UInt16 { bytes.bigEndian(at: 2) }
    /// The length of header and data, in bytes; of a super-frame, all its data.
    @inlinable public var length: Int { Int(bytes.bigEndian(at: 4, as: UInt16.self)) }
    /// The checksum field; zero over IPv4 means none.
    @inlinable public var checksum: UInt16 { bytes.bigEndian(at: Self.checksumOffset) }

    /// `5353 > 53, 40 bytes`.
    public var description: String { "\(sourcePort) > \(destinationPort), \(length) bytes" }
}
