/// A neighbour discovery message (RFC 4861 §4) viewed in place, valid by all of the RFC's rules
/// except its checksum, which only its receiver verifies.
@frozen public struct NeighborDiscovery: ~Escapable {
    @usableFromInline let bytes: RawSpan
    @usableFromInline let options: Options

    /// Which message it is; the raw value is the ICMPv6 type.
    public enum Kind: UInt8, Sendable, BitwiseCopyable {
        /// A host asks for routers.
        case routerSolicitation = 133
        /// A router shows itself.
        case routerAdvertisement = 134
        /// A host asks for the link-layer address of ``target``.
        case neighborSolicitation = 135
        /// A host tells the link-layer address of ``target``.
        case neighborAdvertisement = 136
        /// A router names a better next hop.
        case redirect = 137

        /// Where the options begin, in bytes; the message is no shorter.
        @usableFromInline var optionsOffset: Int {
            switch self {
            case .routerSolicitation: 8
            case .routerAdvertisement: 16
            case .neighborSolicitation, .neighborAdvertisement: 24
            case .redirect: 40
            }
        }
    }

    /// The message `bytes`, from its ICMPv6 type to the packet's end, in a packet of these
    /// addresses and this hop limit; nil when RFC 4861 §6.1, §7.1 or §8.1 has it discarded.
    @_lifetime(copy bytes)
    public init?(
        _ bytes: RawSpan, from source: IPAddress, to destination: IPAddress, hopLimit: UInt8
    ) {
        guard hopLimit == 255, let header = ICMPHeader(bytes), header.code == 0,
            let kind = Kind(rawValue: header.type), bytes.byteCount >= kind.optionsOffset,
            let options = Options(bytes.extracting(droppingFirst: kind.optionsOffset))
        else { return nil }
        self.bytes = bytes
        self.options = options
        guard isConsistent(from: source, to: destination) else { return nil }
    }

    /// Which message it is.
    @inlinable public var kind: Kind {
        Kind(rawValue: bytes.bigEndian(at: 0)) ?? .routerSolicitation
    }
    /// The address asked for, told, or redirected to; unspecified in router messages.
    @inlinable public var target: IPAddress {
        switch kind {
        case .routerSolicitation, .routerAdvertisement: .unspecified
        default: bytes.ipv6Address(at: 8)
        }
    }
    /// The address redirected. Valid iff ``kind`` is `.redirect`.
    @inlinable public var redirected: IPAddress {
        kind == .redirect ? bytes.ipv6Address(at: 24) : .unspecified
    }
    /// The sender's own link-layer address, from option 1.
    @inlinable public var sourceLinkLayer: MACAddress? {
        options.source == .zero ? nil : options.source
    }
    /// The link-layer address of ``target``, from option 2.
    @inlinable public var targetLinkLayer: MACAddress? {
        options.target == .zero ? nil : options.target
    }
    /// Whether a neighbour advertisement answers a solicitation (the S flag).
    @inlinable public var isSolicited: Bool {
        kind == .neighborAdvertisement && bytes.bigEndian(at: 4, as: UInt8.self) & 0x40 != 0
    }

    /// `neighborSolicitation for fe80::1`.
    public var description: String { "\(kind) for \(target)" }
}

extension NeighborDiscovery {
    /// Whether the fields agree with the packet's addresses, message by message.
    private func isConsistent(from source: IPAddress, to destination: IPAddress) -> Bool {
        switch kind {
        case .routerSolicitation:
            return source != .unspecified || sourceLinkLayer == nil
        case .routerAdvertisement:
            return source.isLinkLocalIPv6
        case .neighborSolicitation:
            if target.isMulticast { return false }
            return source != .unspecified || sourceLinkLayer == nil && destination.isSolicitedNode
        case .neighborAdvertisement:
            return !target.isMulticast && !(destination.isMulticast && isSolicited)
        case .redirect:
            return source.isLinkLocalIPv6 && !redirected.isMulticast
                && (target.isLinkLocalIPv6 || target == redirected)
        }
    }
}

extension IPAddress {
    /// Whether this is a solicited-node multicast address, ff02::1:ff00:0/104 (RFC 4291 §2.7.1).
    var isSolicitedNode: Bool { high == 0xff02 << 48 && low >> 24 == 0x01ff }
}
