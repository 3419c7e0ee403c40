/// A TCP header (RFC 9293 §3.1) viewed in place, with whatever of its segment is there.
///
/// The initialiser checks everything the accessors rely on, so no accessor can trap.
@frozen public struct TCPHeader: ~Escapable {
    @usableFromInline let bytes: RawSpan

    /// The size of a header without options, in bytes.
    @inlinable public static var byteCountMin: Int { 20 }
    /// Where the checksum lies, in bytes.
    @inlinable public static var checksumOffset: Int { 16 }

    /// The header at the front of `bytes`; nil unless it is there whole, options included.
    @inlinable @_lifetime(copy bytes)
    public init?(_ bytes: RawSpan) {
        guard bytes.byteCount >= Self.byteCountMin else { return nil }
        self.bytes = bytes
        guard byteCount >= Self.byteCountMin, byteCount <= bytes.byteCount else { return nil }
    }

    /// The sender's port.
    @inlinable public var sourcePort: UInt16 { bytes.bigEndian(at: 0) }
    /// The receiver's port.
    @inlinable public var destinationPort: UInt16 { bytes.bigEndian(at: 2) }
    /// The number of the segment's first byte, or of its SYN.
    @inlinable public var sequence: UInt32 { bytes.bigEndian(at: 4) }
    /// The next sequence number that the sender expects. Valid iff ``flags`` contain ACK.
    @inlinable public var acknowledgment: UInt32 { bytes.bigEndian(at: 8) }
    /// The size of the header with its options, in bytes (data offset × 4).
    @inlinable public var byteCount: Int { Int(bytes.bigEndian(at: 12, as: UInt8.self) >> 4) << 2 }
    /// The control bits.
    @inlinable public var flags: TCPFlags { TCPFlags(rawValue: bytes.bigEndian(at: 13)) }
    /// How many bytes the sender accepts, before scaling.
    @inlinable public var window: UInt16 { bytes.bigEndian(at: 14) }
    /// The checksum field.
    @inlinable public var checksum: UInt16 { bytes.bigEndian(at: Self.checksumOffset) }
}

extension TCPHeader {
    /// The fields of a header without options that the switch writes itself.
    struct Fields {
        var sourcePort: UInt16
        var destinationPort: UInt16
        var sequence: UInt32
        var acknowledgment: UInt32
        var flags: TCPFlags
    }

    /// Writes a header of `fields` without options, window and checksum zero, at `offset`, where
    /// 20 bytes must lie inside.
    static func store(_ fields: Fields, at offset: Int, in bytes: inout MutableRawSpan) {
        bytes.store(fields.sourcePort, at: offset)
        bytes.store(fields.destinationPort, at: offset &+ 2)
        bytes.store(fields.sequence, at: offset &+ 4)
        bytes.store(fields.acknowledgment, at: offset &+ 8)
        bytes.store(0x5000 | UInt16(fields.flags.rawValue), at: offset &+ 12)
        bytes.store(0 as UInt16, at: offset &+ 14)
        bytes.store(0 as UInt32, at: offset &+ 16)
    }

    /// `40000 > 80 S seq 1 ack 0 win 64240`.
    public var description: String {
        "\(sourcePort) > \(destinationPort) \(flags) "
            + "seq \(sequence) ack \(acknowledgment) win \(window)"
    }
}
