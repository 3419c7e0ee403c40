import Packet

/// What addresses without a VM can be to a policy and to its promises.
///
/// Addresses that VMs have now count, too: so it stays true whoever comes or goes, and is good for
/// whoever may look at more packets than there can be.
struct PromiseStrangers: Sendable {
    /// Addresses that no promise and no check of packets tells apart.
    struct Kind: Hashable, Sendable {
        /// A class of the partition of the promises.
        let promiseClass: Int
        let isIPv4: Bool
        let mayBeSource: Bool
        let mayBeDestination: Bool
        let mayBeGroup: Bool
    }

    private var interner = Interner<Kind>()
    private var kindsOfClass = NumberTable()
    /// The partition of the promises.
    private let promises: PrefixPartition

    /// Nil when nothing is promised, or too much.
    init?(_ files: [PolicyFile], _ world: PolicyWorld) {
        guard files.contains(where: { !$0.invariants.isEmpty }) else { return nil }
        promises = PrefixPartition(PromiseBook(files).graph)
        guard !promises.isOverBudget else { return nil }
        var pairs: [UInt64] = []
        for cell in AddressCells([world.partition, promises]).cells {
            let kind = interner.number(of: kind(of: cell.first))
            pairs.append(UInt64(world.partition.prefixClass(of: cell.first)) << 32 | UInt64(kind))
        }
        pairs.sort()
        var rows: [(row: UInt32, item: UInt32)] = []
        for (index, pair) in pairs.enumerated() where index == 0 || pairs[index - 1] != pair {
            rows.append((UInt32(pair >> 32), UInt32(truncatingIfNeeded: pair)))
        }
        kindsOfClass = NumberTable(rowCount: world.classes.count, rows)
        interner.freeze()
    }

    /// Takes up what a policy that was made by an edit tells apart and the former one did not: the
    /// addresses of `prefixes`. A class that some of them left is taken to have them still.
    mutating func takeUp(_ prefixes: [IPPrefix], _ world: PolicyWorld) {
        for prefix in prefixes {
            for address in AddressCells.starts(in: prefix, [world.partition, promises]) {
                let peerClass = world.partition.prefixClass(of: address)
                var kinds = Array(kindsOfClass[peerClass])
                kinds.insertOnce(UInt32(interner.number(of: kind(of: address))))
                kindsOfClass.set(peerClass, to: kinds)
            }
        }
    }

    private func kind(of address: IPAddress) -> Kind {
        Kind(
            promiseClass: promises.prefixClass(of: address), isIPv4: address.isIPv4,
            mayBeSource: address.mayBeSource, mayBeDestination: address.mayBeDestination,
            mayBeGroup: address.mayBeGroup)
    }

    /// The kinds, by number.
    var kinds: [Kind] { interner.values }

    /// The kinds of addresses that are of a class of peers, as numbers.
    subscript(peerClass: Int) -> ArraySlice<UInt32> { kindsOfClass[peerClass] }

    /// Whether an address that is none of `taken` is like this one to the policy and to its
    /// promises.
    func isCommon(
        _ address: IPAddress, _ world: PolicyWorld, besides taken: Set<IPAddress>
    ) -> Bool {
        let cell = AddressCells.cell(around: address, [world.partition, promises])
        let borrowed: UInt64 = cell.last.low < cell.first.low ? 1 : 0
        guard cell.last.high - cell.first.high == borrowed else { return true }  // 2^64 and more
        let takenCount = taken.count { cell.contains($0) }
        return cell.last.low &- cell.first.low >= UInt64(takenCount)
    }
}
