import Packet

/// The tables of addresses that all networks share, as a worker reads them.
final class AddressImage: Sendable {
    let singles4: TableStorage<UInt64>
    let singles6: TableStorage<HostSlot>
    let singleCounts: (UInt32, UInt32)
    let heads: TableStorage<UInt32>
    let intervals: TableStorage<UInt64>
    let starts: TableStorage<IPAddress>
    let startClasses: TableStorage<UInt32>

    /// The most slots that a look-up of a single address reads.
    private static let probeMax = 16

    init(_ partition: PrefixPartition, _ secret: HostSecret) {
        var singles = partition.singleList.filter(\.address.isIPv4)
        let slots4 = Self.slots(singles, secret, empty: .max) {
            $0.address.low << 32 | UInt64($0.prefixClass)
        }
        singles = partition.singleList.filter { !$0.address.isIPv4 }
        let slots6 = Self.slots(singles, secret, empty: HostSlot.empty) {
            HostSlot(
                address: $0.address, peerClass: UInt32($0.prefixClass),
                prefixClass: UInt32($0.prefixClass))
        }
        singleCounts = (slots4.count, slots6.count)
        singles4 = TableStorage(slots4.slots)
        singles6 = TableStorage(slots6.slots)
        heads = TableStorage(Self.heads(partition.ipv4))
        intervals = TableStorage(
            partition.ipv4.map { $0.first.low << 32 | UInt64($0.prefixClass) })
        starts = TableStorage(partition.ipv6.map(\.first))
        startClasses = TableStorage(partition.ipv6.map { UInt32($0.prefixClass) })
    }

    var byteCount: Int {
        singles4.byteCount + singles6.byteCount + heads.byteCount + intervals.byteCount
            + starts.byteCount + startClasses.byteCount
    }

    /// Open addressing without wrapping: some slots after the last place catch its probes.
    private static func slots<Slot>(
        _ singles: [PrefixPartition.Single], _ secret: HostSecret, empty: Slot,
        _ slot: (PrefixPartition.Single) -> Slot
    ) -> (slots: [Slot], count: UInt32) {
        var count = max(singles.count * 8 / 5, 1)
        while true {
            var taken = [Bool](repeating: false, count: count + probeMax)
            var slots = [Slot](repeating: empty, count: count + probeMax)
            let fits = singles.allSatisfy { single in
                let hash = secret.hash(single.address) >> 32
                let first = Int((hash &* UInt64(count)) >> 32)
                guard let free = (first..<first + probeMax).first(where: { !taken[$0] }) else {
                    return false
                }
                taken[free] = true
                slots[free] = slot(single)
                return true
            }
            if fits { return (slots, UInt32(count)) }
            count = count * 5 / 4 + 1
        }
    }

    private static func heads(_ intervals: [PrefixPartition.Interval]) -> [UInt32] {
        var heads = [UInt32](repeating: 0, count: (1 << 16) + 1)
        var last = 0
        for head in heads.indices {
            let begin = UInt64(head) << 16
            while last + 1 < intervals.count, intervals[last + 1].first.low & 0xffff_ffff <= begin {
                last += 1
            }
            heads[head] = UInt32(last)
        }
        return heads
    }
}
