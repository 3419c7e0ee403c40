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

    /// The kinds, by number.
    let kinds: [Kind]
    private let kindsOfClass: NumberTable
    private let cells: AddressCells

    /// Nil when nothing is promised, or too much.
    init?(_ files: [PolicyFile], _ world: PolicyWorld) {
        guard files.contains(where: { !$0.invariants.isEmpty }) else { return nil }
        let partition = PrefixPartition(PromiseBook(files).graph)
        guard !partition.isOverBudget else { return nil }
        self.init(world, partition)
    }

    /// - Parameter promises: the partition of the promises.
    private init(_ world: PolicyWorld, _ promises: PrefixPartition) {
        cells = AddressCells([world.partition, promises])
        var interner = Interner<Kind>()
        var pairs: [UInt64] = []
        pairs.reserveCapacity(cells.cells.count)
        for cell in cells.cells {
            let address = cell.first
            let kind = Kind(
                promiseClass: promises.prefixClass(of: address), isIPv4: address.isIPv4,
                mayBeSource: address.mayBeSource, mayBeDestination: address.mayBeDestination,
                mayBeGroup: address.mayBeGroup)
            let peerClass = world.partition.prefixClass(of: address)
            pairs.append(UInt64(peerClass) << 32 | UInt64(interner.number(of: kind)))
        }
        kinds = interner.values
        pairs.sort()
        var rows: [(row: UInt32, item: UInt32)] = []
        for (index, pair) in pairs.enumerated() where index == 0 || pairs[index - 1] != pair {
            rows.append((UInt32(pair >> 32), UInt32(truncatingIfNeeded: pair)))
        }
        kindsOfClass = NumberTable(rowCount: world.classes.count, rows)
    }

    /// The kinds of addresses that are of a class of peers, as numbers.
    subscript(peerClass: Int) -> ArraySlice<UInt32> { kindsOfClass[peerClass] }

    /// Whether an address that is none of `taken` is like this one to the policy and to its
    /// promises.
    func isCommon(_ address: IPAddress, besides taken: Set<IPAddress>) -> Bool {
        let family = cells.cells.partitioningIndex { !$0.first.isIPv4 }
        let list =
            address.isIPv4 ? cells.cells[..<family] : cells.cells[family...]
        let place = list.partitioningIndex { address < $0.first }
        guard place > list.startIndex else { return false }
        let cell = list[place - 1]
        guard cell.first.high == cell.last.high else { return true }
        let takenCount = taken.count { cell.contains($0) }
        return cell.last.low - cell.first.low >= UInt64(takenCount)
    }
}

extension RandomAccessCollection {
    /// The first place from which on `isBehind` holds; it holds for no element before.
    fileprivate func partitioningIndex(_ isBehind: (Element) -> Bool) -> Index {
        var low = startIndex
        var count = count
        while count > 0 {
            let middle = index(low, offsetBy: count / 2)
            if isBehind(self[middle]) {
                count /= 2
            } else {
                low = index(after: middle)
                count -= count / 2 + 1
            }
        }
        return low
    }
}
