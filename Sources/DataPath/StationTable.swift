import Packet

/// From a MAC or IP address of a network to the port that it is bound to.
///
/// - Shape: open addressing with linear probing, at most half full, so that a probe chain stays
///   short.
/// - Thread: immutable; memory belongs to the ``Snapshot`` that built it.
/// - Cost: the keys are the operator's, not a guest's, so traffic cannot lengthen a chain.
@safe package struct StationTable: BitwiseCopyable {
    // Safe: slots are reached through masked indices only, and live as long as the arena.

    /// One address and its port; the port is ``vacant`` where the slot is free.
    struct Slot: BitwiseCopyable {
        var high: UInt64
        var low: UInt64
        var port: UInt32
    }

    /// Marks a free slot, and the answer "nobody".
    static let vacant: UInt32 = .max

    private let slots: UnsafeMutablePointer<Slot>
    private let mask: Int

    /// Builds the table of `stations` in memory of `arena`.
    package init(_ stations: [(key: IPAddress, port: PortNumber)], in arena: SnapshotArena) {
        var capacity = 4
        while capacity < stations.count * 2 { capacity *= 2 }
        mask = capacity - 1
        let free = Slot(high: 0, low: 0, port: Self.vacant)
        unsafe slots = unsafe arena.make(repeating: free, count: capacity)
        for station in stations { insert(station.key, station.port) }
    }

    /// The key of a MAC address: as an IP address it would be multicast, which nobody is bound to.
    package static func key(_ mac: MACAddress) -> IPAddress {
        IPAddress(high: .max, low: mac.rawValue)
    }

    /// The port of `mac`, if it is bound to one.
    package func port(of mac: MACAddress) -> PortNumber? { port(of: Self.key(mac)) }

    /// The port of `address`, if it is bound to one.
    package func port(of address: IPAddress) -> PortNumber? {
        let slot = unsafe slots[index(of: address)]
        return slot.port == Self.vacant
            ? nil : PortNumber(rawValue: UInt16(truncatingIfNeeded: slot.port))
    }

    /// The slot of `address`, or the free one where it would stand.
    private func index(of address: IPAddress) -> Int {
        var index = Self.hash(address) & mask
        while true {
            let slot = unsafe slots[index]
            if slot.port == Self.vacant { return index }
            if slot.high == address.high && slot.low == address.low { return index }
            index = (index &+ 1) & mask
        }
    }

    private func insert(_ address: IPAddress, _ port: PortNumber) {
        unsafe slots[index(of: address)] = Slot(
            high: address.high, low: address.low, port: UInt32(port.rawValue))
    }

    private static func hash(_ address: IPAddress) -> Int {
        let mixed = (address.high ^ 0x9e37_79b9_7f4a_7c15).multipliedFullWidth(
            by: address.low ^ 0xbf58_476d_1ce4_e5b9)
        return Int(truncatingIfNeeded: (mixed.high ^ mixed.low) >> 8)
    }
}
