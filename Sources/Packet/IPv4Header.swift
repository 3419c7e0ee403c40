/// An IPv4 header (RFC 791 §3.1) viewed in place; nothing is copied.
///
/// The initialiser checks everything the accessors rely on, so no accessor can trap.
@frozen public struct IPv4Header: ~Escapable {
    @usableFromInline let bytes: RawSpan

    /// The size of a header without options, in bytes.
    @inlinable public static var byteCountMin: Int { 20 }

    /// The header at the front of `bytes`, which hold at least the whole packet; nil when version
    /// or lengths contradict each other or the frame.
    @inlinable @_lifetime(copy bytes)
    public init?(_ bytes: RawSpan) {
        guard bytes.byteCount >= Self.byteCountMin else { return nil }
        self.bytes = bytes
        guard version == 4, byteCount >= Self.byteCountMin, byteCount <= totalByteCount,
            totalByteCount <= bytes.byteCount
        else { return nil }
    }

    /// The header quoted in an ICMP error, whose packet may be cut short; nil unless version and
    /// length are right and the header is there whole.
    @inlinable @_lifetime(copy bytes)
    init?(quoted bytes: RawSpan) {
        guard bytes.byteCount >= Self.byteCountMin else { return nil }
        self.bytes = bytes
        guard version == 4, byteCount >= Self.byteCountMin, byteCount <= bytes.byteCount,
            byteCount <= totalByteCount
        else { return nil }
    }

    /// The version, 4.
    @inlinable public var version: UInt8 { bytes.bigEndian(at: 0, as: UInt8.self) >> 4 }
    /// The size of the header with its options, in bytes (IHL × 4).
    @inlinable public var byteCount: Int { Int(bytes.bigEndian(at: 0, as: UInt8.self) & 15) << 2 }
    /// The length of header and payload, in bytes.
    @inlinable public var totalByteCount: Int { Int(bytes.bigEndian(at: 2, as: UInt16.self)) }
    /// What the fragments of one datagram have in common.
    @inlinable public var identification: UInt16 { bytes.bigEndian(at: 4) }
    /// Whether more fragments follow.
    @inlinable public var hasMoreFragments: Bool { fragmentField & 0x2000 != 0 }
    /// The place of the payload in its datagram, in bytes.
    @inlinable public var fragmentOffset: Int { Int(fragmentField & 0x1fff) << 3 }
    /// Whether the packet is one of several fragments.
    @inlinable public var isFragment: Bool { fragmentField & 0x3fff != 0 }
    /// The time to live.
    @inlinable public var timeToLive: UInt8 { bytes.bigEndian(at: 8) }
    /// The protocol of the payload.
    @inlinable public var ipProtocol: IPProtocol { IPProtocol(rawValue: bytes.bigEndian(at: 9)) }
    /// The sender's address.
    @inlinable public var source: IPv4Address { bytes.ipv4Address(at: 12) }
    /// The receiver's address.
    @inlinable public var destination: IPv4Address { bytes.ipv4Address(at: 16) }
    /// Flags (3 bits) and fragment offset (13 bits, units of 8 bytes).
    @usableFromInline var fragmentField: UInt16 { bytes.bigEndian(at: 6) }

    /// Whether the header's checksum is right (RFC 1071 §1).
    public var hasValidChecksum: Bool {
        if byteCount == Self.byteCountMin { return hasValidChecksumWithoutOptions }
        var sum = Checksum()
        sum.add(bytes.slice(0, byteCount))
        return sum.isValid
    }

    /// The same for the common case: 20 bytes as five words, whose sum cannot overflow and is not
    /// zero. It is intact if the ones' complement sum is 0xffff, that is if 0xffff divides it.
    private var hasValidChecksumWithoutOptions: Bool {
        let words =
            (word(at: 0) &+ word(at: 4)) &+ (word(at: 8) &+ word(at: 12)) &+ word(at: 16)
        return words % 0xffff == 0
    }

    /// Four bytes as they lie in memory: the byte order does not matter to a sum (RFC 1071 §2 (B)).
    private func word(at offset: Int) -> UInt64 {
        UInt64(unsafe bytes.unsafeLoadUnaligned(fromByteOffset: offset, as: UInt32.self))
    }

    /// `10.0.0.1 > 10.0.0.2 tcp, 60 bytes, ttl 64`.
    public var description: String {
        "\(source) > \(destination) \(ipProtocol), \(totalByteCount) bytes, ttl \(timeToLive)"
    }
}
