import Packet

/// The address classes of one network, as peers: which rules name an address on which side.
///
/// The classes of addresses without a VM come first and are numbered alike in all networks, so
/// that all share the tries; those of the network's VMs follow.
struct PeerClasses: Sendable {
    /// The rules that name an address among their senders, and among their receivers.
    struct Sides: Hashable, Sendable {
        let senders: BitSet
        let receivers: BitSet
    }

    /// An example address of each family, for evidence; a family without one cannot occur.
    struct Samples: Sendable {
        var ipv4: IPAddress?
        var ipv6: IPAddress?

        mutating func note(_ address: IPAddress) {
            if address.isIPv4 { ipv4 = ipv4 ?? address } else { ipv6 = ipv6 ?? address }
        }

        /// An address of each side, of one family; nil when no packet can have both sides.
        func pair(with peer: Samples) -> (own: IPAddress, peer: IPAddress)? {
            if let own = ipv4, let other = peer.ipv4 { return (own, other) }
            if let own = ipv6, let other = peer.ipv6 { return (own, other) }
            return nil
        }
    }

    /// A host of the exact-match table.
    struct Host: Sendable {
        let peerClass: Int
        let prefixClass: Int
    }

    private(set) var interner = Interner<Sides>()
    private(set) var samples: [Samples] = []
    /// The classes of each prefix class, for addresses without a VM.
    private(set) var ofPrefixClass: [Int] = []
    private(set) var hosts: [IPAddress: Host] = [:]
    private var owners: Set<IPAddress> = []

    var sides: [Sides] { interner.values }

    /// The classes of the addresses that belong to no VM.
    init(_ book: RuleBook, _ partition: PrefixPartition) {
        let stranger = Identity(nil, book.graph)
        for bits in partition.classes.values {
            let members = book.graph.members(stranger, bits)
            ofPrefixClass.append(interner.number(of: book.index.sides(of: members)))
        }
        samples = interner.values.map { _ in Samples() }
        for (address, prefixClass) in partition.singles {
            hosts[address] = Host(
                peerClass: ofPrefixClass[prefixClass], prefixClass: prefixClass)
        }
    }

    /// Adds the addresses of a VM, which has this identity; an address keeps its first owner.
    mutating func add(
        _ addresses: [IPAddress], _ identity: Identity,
        in world: (book: RuleBook, partition: PrefixPartition)
    ) {
        for address in addresses where owners.insert(address).inserted {
            let prefixClass = world.partition.prefixClass(of: address)
            let members = world.book.graph.members(
                identity, world.partition.classes.values[prefixClass])
            let number = interner.number(of: world.book.index.sides(of: members))
            if number == samples.count { samples.append(Samples()) }
            note(address, as: number)
            hosts[address] = Host(peerClass: number, prefixClass: prefixClass)
        }
    }

    /// Notes an example for each class of addresses without a VM, once all VMs have been added.
    mutating func noteStrangers(of partition: PrefixPartition) {
        for address in Self.familiar { noteStranger(address, partition.prefixClass(of: address)) }
        for (address, prefixClass) in partition.singles { noteStranger(address, prefixClass) }
        for intervals in [partition.ipv4, partition.ipv6] {
            for (index, interval) in intervals.enumerated() {
                let end = index + 1 < intervals.count ? intervals[index + 1].first : nil
                var address: IPAddress? = interval.first
                while let taken = address, hosts[taken] != nil { address = taken.next(before: end) }
                if let address { noteStranger(address, interval.prefixClass) }
            }
        }
    }

    /// Addresses that people recognise as examples (RFC 5737, RFC 3849).
    private static let familiar = ["192.0.2.1", "2001:db8::1"].compactMap { IPAddress($0) }

    private mutating func noteStranger(_ address: IPAddress, _ prefixClass: Int) {
        guard !owners.contains(address) else { return }
        note(address, as: ofPrefixClass[prefixClass])
    }

    private mutating func note(_ address: IPAddress, as number: Int) {
        samples[number].note(address)
    }
}

extension IPAddress {
    /// The next address, if it lies before `end` and within the family.
    fileprivate func next(before end: IPAddress?) -> IPAddress? {
        let next = IPAddress(high: low == .max ? high &+ 1 : high, low: low &+ 1)
        guard next > self, next.isIPv4 == isIPv4 else { return nil }
        return end.map { next < $0 } ?? true ? next : nil
    }
}
