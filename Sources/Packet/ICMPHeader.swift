/// The first 8 bytes of an ICMP or ICMPv6 message (RFC 792, RFC 4443 §2.1), viewed in place.
@frozen public struct ICMPHeader: ~Escapable {
    @usableFromInline let bytes: RawSpan

    /// The size of the header with the type's own 4 bytes, in bytes.
    @inlinable public static var byteCount: Int { 8 }
    /// Where the checksum lies, in bytes.
    @inlinable public static var checksumOffset: Int { 2 }

    /// The header at the front of `bytes`; nil when they are too short.
    @inlinable @_lifetime(copy bytes)
    public init?(_ bytes: RawSpan) {
        guard bytes.byteCount >= Self.byteCount else { return nil }
        self.bytes = bytes
    }

    /// What kind of message it is.
    @inlinable public var type: UInt8 { bytes.bigEndian(at: 0) }
    /// The case within the type.
    @inlinable public var code: UInt8 { bytes.bigEndian(at: 1) }
    /// The checksum field.
    @inlinable public var checksum: UInt16 { bytes.bigEndian(at: Self.checksumOffset) }
    /// What an echo's request and replies have in common. Valid iff this is an echo.
    @inlinable public var identifier: UInt16 { bytes.bigEndian(at: 4) }
    /// The number of an echo. Valid iff this is an echo.
    @inlinable public var sequence: UInt16 { bytes.bigEndian(at: 6) }
    /// `type << 8 | code`, the detail of a ``ServiceKey``.
    @inlinable public var detail: UInt16 { bytes.bigEndian(at: 0) }

    /// `type 8 code 0`.
    public var description: String { "type \(type) code \(code)" }
}

/// Message types of ICMP (IANA "ICMP Type Numbers") that the switch knows.
enum ICMPType {
    static var echoReply: UInt8 { 0 }
    static var destinationUnreachable: UInt8 { 3 }
    static var echoRequest: UInt8 { 8 }
    static var timeExceeded: UInt8 { 11 }
    static var parameterProblem: UInt8 { 12 }
}

/// Message types of ICMPv6 (IANA "ICMPv6 type Numbers") that the switch knows.
enum ICMPv6Type {
    static var destinationUnreachable: UInt8 { 1 }
    static var parameterProblem: UInt8 { 4 }
    static var echoRequest: UInt8 { 128 }
    static var echoReply: UInt8 { 129 }
    static var listenerQuery: UInt8 { 130 }
    static var listenerDone: UInt8 { 132 }
    static var listenerReport2: UInt8 { 143 }
}
