/// An Ethernet II header (IEEE 802.3 §3.1.1) viewed in place.
@frozen public struct EthernetHeader: ~Escapable {
    @usableFromInline let bytes: RawSpan

    /// The size of the header, in bytes.
    @inlinable public static var byteCount: Int { 14 }

    /// The header at the front of `bytes`; nil when they are too short.
    @inlinable @_lifetime(copy bytes)
    public init?(_ bytes: RawSpan) {
        guard bytes.byteCount >= Self.byteCount else { return nil }
        self.bytes = bytes
    }

    /// The receiver.
    @inlinable public var destination: MACAddress { bytes.macAddress(at: 0) }
    /// The sender.
    @inlinable public var source: MACAddress { bytes.macAddress(at: 6) }
    /// The type of the payload; below 0x0600 it is the length of an LLC frame.
    @inlinable public var etherType: EtherType { EtherType(rawValue: bytes.bigEndian(at: 12)) }
}

extension EthernetHeader {
    /// Writes a header of these fields at the front of `bytes`, which must hold 14 bytes.
    static func store(
        to destination: MACAddress, from source: MACAddress, _ etherType: EtherType,
        in bytes: inout MutableRawSpan
    ) {
        bytes.store(destination, at: 0)
        bytes.store(source, at: 6)
        bytes.store(etherType.rawValue, at: 12)
    }

    /// `52:54:00:00:00:01 > ff:ff:ff:ff:ff:ff arp`.
    public var description: String { "\(source) > \(destination) \(etherType)" }
}
