import Packet

/// The tables of a compiled policy, and the memory that they are in. Large pieces are shared with
/// the policy that this one was made from.
///
/// `@safe`: it only keeps the memory that its view leads to.
@safe struct TableImage: ~Copyable, Sendable {
    /// The key of all tables of addresses.
    let secret: HostSecret
    let addresses: AddressImage
    let store: PartStore
    let blocks: [PortBlocks?]
    private let slots: TableStorage<HostSlot>
    private let ports: TableStorage<PortRecord>
    private let parts: TableStorage<UnsafePointer<UInt32>>

    /// - Parameter blocks: those of each subject.
    init(
        _ world: PolicyWorld, _ store: PartStore, _ blocks: [PortBlocks?],
        _ addresses: (image: AddressImage, secret: HostSecret)
    ) {
        self.secret = addresses.secret
        self.addresses = addresses.image
        self.store = store
        self.blocks = blocks
        var slots: [HostSlot] = []
        var places: [(hosts: UInt32, mask: UInt32)] = []
        for network in world.networks {
            let table = HostTable(network.hosts, addresses.secret)
            places.append((UInt32(slots.count), UInt32(table.slots.count - 1)))
            slots += table.slots
        }
        var records: [PortRecord] = []
        for (subject, block) in zip(world.subjects, blocks) {
            guard let port = subject.endpoint.port, let block else { continue }
            while records.count <= port.index { records.append(PortRecord()) }
            var record = PortRecord()
            unsafe record.egress = block.egress.base
            unsafe record.ingress = block.ingress.base
            record.hosts = places[subject.network].hosts
            record.hostMask = places[subject.network].mask
            records[port.index] = record
        }
        self.slots = TableStorage(slots)
        ports = TableStorage(records)
        unsafe parts = TableStorage(store.parts.map { unsafe $0.storage.base })
    }

    /// The view of workers, valid as long as this object and what it shares live.
    var view: PolicyTable {
        unsafe PolicyTable(
            ports: ports.base, portCount: ports.count, parts: parts.base,
            addresses: AddressTable(
                secret: secret, slots: slots.base, singles4: addresses.singles.ipv4.base,
                singles6: addresses.singles.ipv6.base, singleCounts: addresses.singles.counts,
                heads: addresses.intervals.heads.base, intervals: addresses.intervals.ipv4.base,
                starts: addresses.intervals.starts.base,
                startClasses: addresses.intervals.startClasses.base,
                startCount: addresses.intervals.starts.count))
    }

    /// The bytes of all tables.
    var byteCount: Int {
        blocks.reduce(store.byteCount) { $0 + ($1?.byteCount ?? 0) } + addresses.byteCount
            + slots.byteCount + ports.byteCount + (unsafe parts.byteCount)
    }
}
