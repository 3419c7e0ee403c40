public import Packet

/// What the tables look up: one direction of a connection within one virtual network.
///
/// - Shape: 48 bytes without undefined padding, so that it is hashed and compared as six words.
/// - The port is not part of it: each port has a cache of its own, and a connection spans two
///   ports.
@frozen public struct FlowKey: Sendable, BitwiseCopyable {
    /// Addresses, protocol and ports.
    public let tuple: FiveTuple
    /// The virtual network: equal addresses in two networks are two flows.
    public let vni: VNI
    /// Always zero; keeps the last four bytes defined.
    @usableFromInline let zero: UInt32

    /// The key of `tuple` in network `vni`.
    @inlinable public init(_ tuple: FiveTuple, _ vni: VNI) {
        self.tuple = tuple
        self.vni = vni
        zero = 0
    }

    /// The key of the opposite direction.
    @inlinable public var reversed: FlowKey { FlowKey(tuple.reversed, vni) }

    /// The keyed hash of this direction.
    @inlinable public func hash(_ secret: HashSecret) -> UInt64 { secret.hash(words) }

    /// A keyed hash that both directions share: the lesser endpoint is taken first.
    @inlinable package func symmetricHash(_ secret: HashSecret) -> UInt64 {
        isOrdered ? hash(secret) : reversed.hash(secret)
    }

    /// Whether the source is the lesser of the two endpoints, by address, then by port.
    @inlinable var isOrdered: Bool {
        tuple.source == tuple.destination
            ? tuple.sourcePort <= tuple.destinationPort : tuple.source < tuple.destination
    }

    @inlinable var words: SixWords {
        // Both sides are 48 bytes, aligned to 8, and every byte of a key is defined.
        unsafe unsafeBitCast(self, to: SixWords.self)
    }
}

extension FlowKey: Hashable {
    /// Equality of all fields, without a branch for each.
    @inlinable public static func == (left: FlowKey, right: FlowKey) -> Bool {
        let (l, r) = (left.words, right.words)
        let addresses = (l.0 ^ r.0) | (l.1 ^ r.1) | (l.2 ^ r.2) | (l.3 ^ r.3)
        return addresses | (l.4 ^ r.4) | (l.5 ^ r.5) == 0
    }

    /// Feeds the fields; for sets and dictionaries off the data path.
    @inlinable public func hash(into hasher: inout Hasher) {
        hasher.combine(tuple)
        hasher.combine(vni)
    }
}

extension FlowKey: CustomStringConvertible {
    /// `vni 7 tcp 10.0.0.1:4711 -> 10.0.0.2:80`.
    public var description: String { "vni \(vni) \(tuple)" }
}
