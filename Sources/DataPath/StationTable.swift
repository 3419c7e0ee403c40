import Packet

/// Whom an address of a network belongs to.
package enum StationOwner: Equatable, BitwiseCopyable {
    /// It is bound to nobody.
    case nobody
    /// A guest at this port.
    case port(PortNumber)
    /// The VM at this index of ``SnapshotTables/remote(_:)``, on another host.
    case remote(Int)
}

/// From a MAC or IP address of a network to the port, or the remote VM, that it is bound to.
///
/// - Shape: open addressing with linear probing, at most half full, so that a probe chain stays
///   short.
/// - Thread: immutable; memory belongs to the ``Snapshot`` that built it.
/// - Cost: the keys are the operator's, not a guest's, so traffic cannot lengthen a chain.
@safe package struct StationTable: BitwiseCopyable {
    // Safe: slots are reached through masked indices only, and live as long as the arena.

    /// One address and its owner, which is `nobody` where the slot is free.
    struct Slot: BitwiseCopyable {
        var high: UInt64
        var low: UInt64
        var owner: StationOwner
    }

    private let slots: UnsafeMutablePointer<Slot>
    private let mask: Int

    /// Builds the table of `stations` in memory of `arena`.
    ///
    /// Of two owners of one address the first has it.
    package init(_ stations: [(key: IPAddress, owner: StationOwner)], in arena: SnapshotArena) {
        var capacity = 4
        while capacity < stations.count * 2 { capacity *= 2 }
        mask = capacity - 1
        let free = Slot(high: 0, low: 0, owner: .nobody)
        unsafe slots = unsafe arena.make(repeating: free, count: capacity)
        for station in stations { insert(station.key, station.owner) }
    }

    /// The key of a MAC address: as an IP address it would be multicast, which nobody is bound to.
    package static func key(_ mac: MACAddress) -> IPAddress {
        IPAddress(high: .max, low: mac.rawValue)
    }

    /// Whom `mac` is bound to.
    package func owner(of mac: MACAddress) -> StationOwner { owner(of: Self.key(mac)) }

    /// Whom `address` is bound to.
    package func owner(of address: IPAddress) -> StationOwner {
        unsafe slots[index(of: address)].owner
    }

    /// Whether `mac` is bound to anybody.
    package func isBound(_ mac: MACAddress) -> Bool { owner(of: mac) != .nobody }

    /// Whether `address` is bound to anybody.
    package func isBound(_ address: IPAddress) -> Bool { owner(of: address) != .nobody }

    /// The slot of `address`, or the free one where it would stand.
    private func index(of address: IPAddress) -> Int {
        var index = Self.hash(address) & mask
        while true {
            let slot = unsafe slots[index]
            if slot.owner == .nobody { return index }
            if slot.high == address.high && slot.low == address.low { return index }
            index = (index &+ 1) & mask
        }
    }

    private func insert(_ address: IPAddress, _ owner: StationOwner) {
        let index = index(of: address)
        guard unsafe slots[index].owner == .nobody else { return }
        unsafe slots[index] = Slot(high: address.high, low: address.low, owner: owner)
    }

    private static func hash(_ address: IPAddress) -> Int {
        let mixed = (address.high ^ 0x9e37_79b9_7f4a_7c15).multipliedFullWidth(
            by: address.low ^ 0xbf58_476d_1ce4_e5b9)
        return Int(truncatingIfNeeded: (mixed.high ^ mixed.low) >> 8)
    }
}
