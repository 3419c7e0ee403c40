import Packet

/// The addresses cut so finely that all of one cell are alike: to every `cidr` term of the given
/// partitions, to the parser of packets and to port security. One address can speak for its cell.
struct AddressCells: Sendable {
    /// An unbroken run of addresses of one family.
    struct Cell: Hashable, Sendable {
        let first: IPAddress
        let last: IPAddress
    }

    /// IPv4 first, ascending in each family.
    let cells: [Cell]

    init(_ partitions: [PrefixPartition]) {
        var starts: Set<IPAddress> = [.unspecifiedIPv4, .unspecified]
        for partition in partitions {
            starts.formUnion(partition.ipv4.map(\.first))
            starts.formUnion(partition.ipv6.map(\.first))
            for single in partition.singleList {
                starts.formUnion([single.address, single.address.following])
            }
        }
        for prefix in Self.special {
            starts.formUnion([prefix.address, prefix.last.following])
        }
        let all = starts.sorted()
        // The range of mapped addresses is IPv4's; a special prefix cuts it out of IPv6.
        let cells = all.indices.map { index in
            Cell(
                first: all[index],
                last: index + 1 < all.count ? all[index + 1].preceding : .last)
        }
        self.cells = cells.filter(\.first.isIPv4) + cells.filter { !$0.first.isIPv4 }
    }

    /// Where cells of a prefix begin: its first address, and those after it.
    static func starts(in prefix: IPPrefix, _ partitions: [PrefixPartition]) -> [IPAddress] {
        var starts: [IPAddress] = []
        var next = prefix.address
        while true {
            // IPv4 lies in the middle of IPv6, and belongs to none of its prefixes.
            let isForeign = next.isIPv4 && !prefix.isIPv4
            if !isForeign { starts.append(next) }
            let last = isForeign ? .broadcastIPv4 : cell(around: next, partitions).last
            guard last < prefix.last else { return starts }
            next = last.following
        }
    }

    /// The cell of an address, as all cells of `partitions` have it.
    static func cell(around address: IPAddress, _ partitions: [PrefixPartition]) -> Cell {
        let place = PrefixPartition.place(of: address, in: specialStarts.count) {
            specialStarts[$0]
        }
        var first = place < 0 ? .unspecified : specialStarts[place]
        var last =
            place + 1 < specialStarts.count ? specialStarts[place + 1].preceding : IPAddress.last
        for partition in partitions {
            let run = partition.run(around: address)
            first = max(first, run.first)
            last = min(last, run.last)
        }
        return Cell(first: first, last: last)
    }

    private static let specialStarts = Set(
        special.flatMap { [$0.address, $0.last.following] }
    ).sorted()

    /// Where the parser, port security or the meaning of an address changes.
    private static let special = [
        "0.0.0.0/32", "0.0.0.0/8", "127.0.0.0/8", "224.0.0.0/4", "255.255.255.255/32",
        "0.0.0.0/0", "::/128", "::1/128", "::/96", "ff00::/8",
    ].compactMap { IPPrefix($0) }
}

extension PrefixPartition {
    /// The addresses around one that no term tells from it, as far as they follow each other; of
    /// the other family's there may be some, too.
    fileprivate func run(around address: IPAddress) -> (first: IPAddress, last: IPAddress) {
        let intervals = address.isIPv4 ? ipv4 : ipv6
        let place = Self.place(of: address, in: intervals.count) { intervals[$0].first }
        var first = intervals[place].first
        var last = place + 1 < intervals.count ? intervals[place + 1].first.preceding : .last
        let single = Self.place(of: address, in: singleList.count) { singleList[$0].address }
        if single >= 0 {
            let before = singleList[single].address
            if before == address { return (address, address) }
            first = max(first, before.following)
        }
        if single + 1 < singleList.count {
            last = min(last, singleList[single + 1].address.preceding)
        }
        return (first, last)
    }
}

extension AddressCells.Cell {
    /// An address of the cell that is none of `taken`; nil when there is none.
    func representative(excluding taken: Set<IPAddress>) -> IPAddress? {
        for address in IPAddress.familiar where contains(address) && !taken.contains(address) {
            return address
        }
        var address = first
        while taken.contains(address) {
            guard address < last else { return nil }
            address = address.following
        }
        return address
    }

    func contains(_ address: IPAddress) -> Bool { first <= address && address <= last }
}

extension IPAddress {
    /// Addresses that people recognise as examples (RFC 5737, RFC 3849).
    fileprivate static let familiar = ["192.0.2.1", "2001:db8::1"].compactMap { IPAddress($0) }

    /// Whether people recognise it as an example.
    var isFamiliar: Bool { Self.familiar.contains(self) }

    /// The last address of all.
    fileprivate static var last: IPAddress { IPAddress(high: .max, low: .max) }

    /// The next number; after the last one, the first.
    var following: IPAddress {
        IPAddress(high: low == .max ? high &+ 1 : high, low: low &+ 1)
    }

    /// The number before.
    var preceding: IPAddress {
        IPAddress(high: low == 0 ? high &- 1 : high, low: low &- 1)
    }

    /// Whether it lies in ::/96, which stands for IPv4 hosts or for the host itself (RFC 4291
    /// §2.5.3, §2.5.5).
    private var isCompatible: Bool { high == 0 && low >> 32 == 0 }

    private var isLoopbackIPv4: Bool { isIPv4 && low >> 24 & 0xff == 127 }

    /// Whether the parser takes a packet from it (`Packet/ParsedFrame+IPv4`, `…+IPv6`).
    var mayBeSource: Bool {
        if isMulticast { return false }
        guard isIPv4 else { return !isCompatible || self == .unspecified }
        return self != .broadcastIPv4 && !isLoopbackIPv4
    }

    /// Whether the parser takes a packet to it.
    var mayBeDestination: Bool {
        isIPv4 ? self != .unspecifiedIPv4 && !isLoopbackIPv4 : !isCompatible
    }

    /// Whether a frame to all may be for it, if no VM owns it (`DataPath/Replication`): subnets'
    /// broadcast addresses look like hosts'.
    var mayBeGroup: Bool { mayBeDestination && (isIPv4 || isMulticast) }
}
