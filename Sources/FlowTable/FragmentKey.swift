public import Packet

/// What the fragments of one datagram share (RFC 791 §3.2, RFC 8200 §4.5).
///
/// Shape: 48 bytes without undefined padding, hashed and compared as six words.
@frozen public struct FragmentKey: Sendable, BitwiseCopyable {
    /// The sender's address.
    public let source: IPAddress
    /// The receiver's address.
    public let destination: IPAddress
    /// The Identification field: 16 bits in IPv4, 32 in IPv6.
    public let fragmentID: UInt32
    /// The virtual network.
    public let vni: VNI
    /// The protocol, widened so that no padding byte is left undefined.
    @usableFromInline let protocolNumber: UInt64

    /// The key of a fragment: addresses and protocol of `tuple`, whose ports do not count.
    @inlinable public init(_ tuple: FiveTuple, _ vni: VNI, fragmentID: UInt32) {
        source = tuple.source
        destination = tuple.destination
        self.fragmentID = fragmentID
        self.vni = vni
        protocolNumber = UInt64(tuple.ipProtocol.rawValue)
    }

    /// The keyed hash.
    @inlinable func hash(_ secret: HashSecret) -> UInt64 { secret.hash(words) }

    @inlinable var words: SixWords {
        // Both sides are 48 bytes, aligned to 8, and every byte of a key is defined.
        unsafe unsafeBitCast(self, to: SixWords.self)
    }
}

extension FragmentKey: Equatable {
    /// Equality of all fields.
    @inlinable public static func == (left: FragmentKey, right: FragmentKey) -> Bool {
        left.words == right.words
    }
}
