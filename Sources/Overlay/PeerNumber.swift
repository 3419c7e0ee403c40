/// Which peer of this host: an index that the control side gives out, below ``countMax``.
package struct PeerNumber: RawRepresentable, Hashable, Sendable, BitwiseCopyable {
    /// How many peers one host has at most.
    package static let countMax = 1_024

    /// The index.
    package let rawValue: UInt16

    /// The peer with this index, or nil when no table has room for it.
    @inlinable package init?(rawValue: UInt16) {
        guard rawValue < Self.countMax else { return nil }
        self.rawValue = rawValue
    }
}

extension PeerNumber: CustomStringConvertible {
    /// The index in decimal.
    package var description: String { String(rawValue) }
}
