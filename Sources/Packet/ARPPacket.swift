/// An ARP request or reply for IPv4 over Ethernet (RFC 826), viewed in place.
@frozen public struct ARPPacket: ~Escapable {
    @usableFromInline let bytes: RawSpan

    /// The size of the message, in bytes.
    @inlinable public static var byteCount: Int { 28 }

    /// The message at the front of `bytes`; nil unless it is a request or reply, for IPv4 over
    /// Ethernet, from a sender that a station can be (RFC 826 "Packet Reception").
    @inlinable @_lifetime(copy bytes)
    public init?(_ bytes: RawSpan) {
        guard bytes.byteCount >= Self.byteCount else { return nil }
        self.bytes = bytes
        // Hardware type 1, protocol type 0x0800, address lengths 6 and 4.
        guard bytes.bigEndian(at: 0, as: UInt64.self) >> 16 == 0x0001_0800_0604 else { return nil }
        guard operation == Self.request || operation == Self.reply else { return nil }
        guard senderHardware.isUnicast, !IPAddress(senderProtocol).isMulticast,
            IPAddress(senderProtocol) != .broadcastIPv4
        else { return nil }
    }

    /// The operation of a request.
    @inlinable public static var request: UInt16 { 1 }
    /// The operation of a reply.
    @inlinable public static var reply: UInt16 { 2 }

    /// ``request`` or ``reply``.
    @inlinable public var operation: UInt16 { bytes.bigEndian(at: 6) }
    /// The sender's MAC address (ar$sha).
    @inlinable public var senderHardware: MACAddress { bytes.macAddress(at: 8) }
    /// The sender's IPv4 address (ar$spa); 0.0.0.0 in a probe (RFC 5227 §1.1).
    @inlinable public var senderProtocol: IPv4Address { bytes.ipv4Address(at: 14) }
    /// The target's MAC address (ar$tha); means nothing in a request.
    @inlinable public var targetHardware: MACAddress { bytes.macAddress(at: 18) }
    /// The target's IPv4 address (ar$tpa).
    @inlinable public var targetProtocol: IPv4Address { bytes.ipv4Address(at: 24) }
    /// Whether the message asks about an address before its use (RFC 5227 §1.1).
    @inlinable public var isProbe: Bool {
        operation == Self.request && senderProtocol.rawValue == 0
    }
    /// Whether the message announces its own sender's address (gratuitous ARP).
    @inlinable public var isAnnouncement: Bool { senderProtocol == targetProtocol }
}

extension ARPPacket {
    /// `who-has 10.0.0.2 tell 10.0.0.1` or `10.0.0.1 is-at 52:54:00:00:00:01`.
    public var description: String {
        operation == Self.request
            ? "who-has \(targetProtocol) tell \(senderProtocol)"
            : "\(senderProtocol) is-at \(senderHardware)"
    }
}
