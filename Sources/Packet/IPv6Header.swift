/// An IPv6 header (RFC 8200 §3) viewed in place; nothing is copied.
///
/// The initialiser checks everything the accessors rely on, so no accessor can trap.
@frozen public struct IPv6Header: ~Escapable {
    @usableFromInline let bytes: RawSpan

    /// The size of the header, in bytes.
    @inlinable public static var byteCount: Int { 40 }

    /// The header at the front of `bytes`, which hold at least the whole packet; nil when the
    /// version is wrong or the payload does not fit.
    @inlinable @_lifetime(copy bytes)
    public init?(_ bytes: RawSpan) {
        guard bytes.byteCount >= Self.byteCount else { return nil }
        self.bytes = bytes
        guard version == 6, totalByteCount <= bytes.byteCount else { return nil }
    }

    /// The header quoted in an ICMPv6 error, whose packet may be cut short.
    @inlinable @_lifetime(copy bytes)
    init?(quoted bytes: RawSpan) {
        guard bytes.byteCount >= Self.byteCount else { return nil }
        self.bytes = bytes
        guard version == 6 else { return nil }
    }

    /// The version, 6.
    @inlinable public var version: UInt8 { bytes.bigEndian(at: 0, as: UInt8.self) >> 4 }
    /// The length of extension headers and payload, in bytes.
    @inlinable public var payloadByteCount: Int { Int(bytes.bigEndian(at: 4, as: UInt16.self)) }
    /// The length of header and payload, in bytes.
    @inlinable public var totalByteCount: Int { Self.byteCount &+ payloadByteCount }
    /// The protocol of what follows: a transport, or an extension header.
    @inlinable public var nextHeader: IPProtocol { IPProtocol(rawValue: bytes.bigEndian(at: 6)) }
    /// The hop limit.
    @inlinable public var hopLimit: UInt8 { bytes.bigEndian(at: 7) }
    /// The sender's address.
    @inlinable public var source: IPAddress { bytes.ipv6Address(at: 8) }
    /// The receiver's address.
    @inlinable public var destination: IPAddress { bytes.ipv6Address(at: 24) }
}

extension IPv6Header {
    /// The fields of a header that the switch writes itself.
    struct Fields {
        var source: IPAddress
        var destination: IPAddress
        var ipProtocol: IPProtocol
        var payloadByteCount: Int
    }

    /// Writes a header of `fields` with hop limit `hopLimit` at `offset`: 40 bytes must lie inside.
    static func store(
        _ fields: Fields, hopLimit: UInt8 = 64, at offset: Int, in bytes: inout MutableRawSpan
    ) {
        bytes.store(0x6000_0000 as UInt32, at: offset)
        bytes.store(UInt16(truncatingIfNeeded: fields.payloadByteCount), at: offset &+ 4)
        bytes.store(UInt16(fields.ipProtocol.rawValue) << 8 | UInt16(hopLimit), at: offset &+ 6)
        bytes.store(fields.source, at: offset &+ 8)
        bytes.store(fields.destination, at: offset &+ 24)
    }

    /// `2001:db8::1 > 2001:db8::2 tcp, 32 bytes, hop limit 64`.
    public var description: String {
        "\(source) > \(destination) \(nextHeader), \(payloadByteCount) bytes, hop limit \(hopLimit)"
    }
}
