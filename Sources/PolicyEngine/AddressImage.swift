import Packet

/// The tables of addresses that all networks share, as a worker reads them.
struct AddressImage: Sendable {
    let singles: SingleTables
    let intervals: IntervalTables

    /// - Parameter former: tables under the same secret, and what they were made of; what is the
    ///   same is taken over.
    init(
        _ partition: PrefixPartition, _ secret: HostSecret,
        after former: (image: AddressImage, partition: PrefixPartition)? = nil
    ) {
        let singleList = partition.singleList
        if let former, former.partition.singleList.isSameMemory(as: singleList) {
            singles = former.image.singles
        } else {
            singles = SingleTables(singleList, secret)
        }
        if let former, former.partition.ipv4.isSameMemory(as: partition.ipv4),
            former.partition.ipv6.isSameMemory(as: partition.ipv6)
        {
            intervals = former.image.intervals
        } else {
            intervals = IntervalTables(partition)
        }
    }

    var byteCount: Int { singles.byteCount + intervals.byteCount }
}

/// The addresses between those that rules name alone.
final class IntervalTables: Sendable {
    let heads: TableStorage<UInt32>
    let ipv4: TableStorage<UInt64>
    let starts: TableStorage<IPAddress>
    let startClasses: TableStorage<UInt32>

    init(_ partition: PrefixPartition) {
        heads = TableStorage(Self.heads(partition.ipv4))
        ipv4 = TableStorage(partition.ipv4.map { $0.first.low << 32 | UInt64($0.prefixClass) })
        starts = TableStorage(partition.ipv6.map(\.first))
        startClasses = TableStorage(partition.ipv6.map { UInt32($0.prefixClass) })
    }

    var byteCount: Int {
        heads.byteCount + ipv4.byteCount + starts.byteCount + startClasses.byteCount
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

/// The addresses that rules name alone.
final class SingleTables: Sendable {
    let ipv4: TableStorage<UInt64>
    let ipv6: TableStorage<HostSlot>
    /// The numbers of slots of both, without those that catch the last probes.
    let counts: (UInt32, UInt32)

    /// The most slots that a look-up of a single address reads.
    private static let probeMax = 16

    init(_ singles: [PrefixPartition.Single], _ secret: HostSecret) {
        let slots4 = Self.slots(singles.filter(\.address.isIPv4), secret, empty: .max) {
            $0.address.low << 32 | UInt64($0.prefixClass)
        }
        let slots6 = Self.slots(singles.filter { !$0.address.isIPv4 }, secret, empty: .empty) {
            HostSlot(
                address: $0.address, peerClass: UInt32($0.prefixClass),
                prefixClass: UInt32($0.prefixClass))
        }
        counts = (slots4.count, slots6.count)
        ipv4 = TableStorage(slots4.slots)
        ipv6 = TableStorage(slots6.slots)
    }

    var byteCount: Int { ipv4.byteCount + ipv6.byteCount }

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
}
