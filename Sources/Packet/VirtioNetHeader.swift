/// What a port says about a frame's unfinished work, the virtio-net header (virtio 1.2 §5.1.6) in
/// its legacy form of 10 bytes. Written by guests: hostile until ``ParsedFrame`` has judged it.
///
/// - Shape: 10 bytes without padding, fields in host byte order, as TUN and packet sockets use it.
@frozen public struct VirtioNetHeader: Hashable, Sendable, BitwiseCopyable {
    /// What is known about the checksum: ``needsChecksum``, ``dataValid``.
    public var flags: UInt8
    /// How a super-frame is to be cut: one of the `gso…` constants, with ``gsoECN`` or without.
    public var gsoType: UInt8
    /// How many bytes of headers there are, as a hint; the switch ignores it and recomputes it.
    public var headerByteCount: UInt16
    /// How many payload bytes each segment of a super-frame carries.
    public var gsoSize: UInt16
    /// The offset in the frame from which the checksum sums.
    public var checksumStart: UInt16
    /// The offset from ``checksumStart`` at which the checksum is stored.
    public var checksumOffset: UInt16

    /// The size on the wire, in bytes.
    @inlinable public static var byteCount: Int { 10 }

    /// The header of a frame that is finished: all zero.
    @inlinable public init() {
        flags = 0
        gsoType = Self.gsoNone
        headerByteCount = 0
        gsoSize = 0
        checksumStart = 0
        checksumOffset = 0
    }
}

extension VirtioNetHeader {
    /// Flag: the checksum field holds the pseudo-header's sum only and must be completed.
    @inlinable public static var needsChecksum: UInt8 { 1 }
    /// Flag: the checksum was verified already.
    @inlinable public static var dataValid: UInt8 { 2 }

    /// GSO type: not a super-frame.
    @inlinable public static var gsoNone: UInt8 { 0 }
    /// GSO type: TCP over IPv4.
    @inlinable public static var gsoTCPv4: UInt8 { 1 }
    /// GSO type: UDP by IP fragmentation (UFO); obsolete, refused.
    @inlinable public static var gsoUDP: UInt8 { 3 }
    /// GSO type: TCP over IPv6.
    @inlinable public static var gsoTCPv6: UInt8 { 4 }
    /// GSO type: UDP by datagrams (USO).
    @inlinable public static var gsoUDPL4: UInt8 { 5 }
    /// GSO type bit: the TCP segment has the CWR flag set (RFC 3168 §6.1.2).
    @inlinable public static var gsoECN: UInt8 { 0x80 }

    /// Whether the transport checksum is still to be completed.
    @inlinable public var isChecksumPartial: Bool { flags & Self.needsChecksum != 0 }

    /// Whether this is a super-frame, to be cut into segments.
    @inlinable public var isSuperFrame: Bool { gsoType != Self.gsoNone }
}
