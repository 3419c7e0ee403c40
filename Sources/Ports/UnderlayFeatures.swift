/// What an underlay socket may use to move many datagrams in one call; tests take some away.
package struct UnderlayFeatures: OptionSet, Hashable, Sendable {
    /// One bit for each feature.
    package let rawValue: UInt8

    /// The features of these bits.
    package init(rawValue: UInt8) { self.rawValue = rawValue }

    /// The kernel cuts one long send into datagrams: UDP_SEGMENT (udp(7), Linux 4.18).
    package static let segmentation = UnderlayFeatures(rawValue: 1)
    /// The kernel hands out datagrams of one sender joined: UDP_GRO (udp(7), Linux 5.0).
    package static let coalescing = UnderlayFeatures(rawValue: 2)
    /// Many sends in one call: sendmmsg(2).
    package static let batching = UnderlayFeatures(rawValue: 4)
    /// Everything.
    package static let all: UnderlayFeatures = [.segmentation, .coalescing, .batching]
}
