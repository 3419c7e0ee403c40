import Packet

/// Every end that a packet between judged ports can have, network by network, one for each cell of
/// addresses: what the data path lets reach the rules, and nothing else.
///
/// - A VM sends from its bound addresses, and, if it may speak IPv6, from the link-local address
///   of its MAC; a VM that may use every address sends from every host address, also from other
///   VMs' (`PortSecurity`).
/// - It receives at the addresses that belong to it; a VM that may use every address also at those
///   that belong to nobody (`DataPath/Admission`, `isBoundToReceiver`).
/// - Addresses without a VM can be behind an uplink: as senders and as receivers, judged by nobody.
/// - A frame to all is for an address of no VM, and each VM receives it as its first address of the
///   family (`DataPath/Replication`).
struct PacketSpace: Sendable {
    /// An address that stands for all like it.
    struct Point: Sendable {
        let address: IPAddress
        /// Whose it is: an index of ``PolicyWorld/subjects``; nil for an address without a VM.
        let owner: Int?
        /// The cell that it stands for, if nobody owns it.
        let cell: AddressCells.Cell?
    }

    /// A sender or receiver at one point of its network.
    struct End: Sendable {
        /// The VM, an index of ``PolicyWorld/subjects``; nil for somebody behind an uplink.
        let subject: Int?
        /// An index of ``Network/points``.
        let point: Int
    }

    struct Network: Sendable {
        let vni: VNI
        var points: [Point] = []
        /// Ordinary VMs first, then addresses without a VM, then addresses that a VM only bears.
        var senders: [End] = []
        /// In the same order.
        var receivers: [End] = []
        /// The VMs as those who receive frames to all.
        var groupReceivers: [End] = []
        /// The points that a frame to all can be for.
        var groups: [Int] = []
    }

    private(set) var networks: [Network] = []

    /// - Parameter cells: fine enough for every question that will be asked.
    init(_ world: PolicyWorld, _ cells: AddressCells) {
        let members = Dictionary(grouping: world.subjects.indices) { world.subjects[$0].network }
        for number in world.networks.indices {
            guard let members = members[number], let first = members.first else { continue }
            let endpoints = members.map { ($0, world.subjects[$0].endpoint) }
            var builder = NetworkBuilder(
                world.subjects[first].endpoint.network, endpoints, world.networks[number].hosts,
                cells)
            builder.build()
            networks.append(builder.network)
        }
    }
}

extension PacketSpace.Network {
    /// What the groups of a family are to the policy as peers.
    func groupClasses(
        isIPv4: Bool, _ reading: TableReading, _ network: Int
    ) -> Set<Int> {
        let addresses = groups.map { points[$0].address }.filter { $0.isIPv4 == isIPv4 }
        return Set(addresses.map { reading.peerClass(of: $0, in: network) })
    }
}

/// Finds the points and ends of one network.
private struct NetworkBuilder {
    private typealias End = PacketSpace.End

    private(set) var network: PacketSpace.Network
    /// Those on this host first: `explain` shows what they decide.
    private let endpoints: [(subject: Int, endpoint: PolicyEndpoint)]
    private var pointOf: [IPAddress: Int] = [:]
    private var strangers: [Int] = []

    init(
        _ vni: VNI, _ endpoints: [(subject: Int, endpoint: PolicyEndpoint)],
        _ hosts: [IPAddress: PolicyWorld.Host], _ cells: AddressCells
    ) {
        network = PacketSpace.Network(vni: vni)
        self.endpoints =
            endpoints.filter { $0.endpoint.port != nil }
            + endpoints.filter { $0.endpoint.port == nil }
        for address in endpoints.flatMap(\.endpoint.addresses) {
            add(address, hosts[address]?.subject, nil)
        }
        for (_, endpoint) in endpoints {
            let address = IPAddress.linkLocal(endpoint.mac)
            add(address, hosts[address]?.subject, nil)
        }
        let owned = Set(pointOf.keys)
        let found = cells.cells.compactMap { cell in
            cell.representative(excluding: owned).map { (cell, $0) }
        }
        // What people know as an example first, then other hosts.
        let ranked = Dictionary(grouping: found) { $1.isFamiliar ? 0 : $1.isHost ? 1 : 2 }
        for (cell, address) in [0, 1, 2].flatMap({ ranked[$0] ?? [] }) {
            strangers.append(network.points.count)
            add(address, nil, cell)
        }
    }

    private mutating func add(
        _ address: IPAddress, _ owner: Int?, _ cell: AddressCells.Cell?
    ) {
        guard pointOf[address] == nil else { return }
        pointOf[address] = network.points.count
        network.points.append(PacketSpace.Point(address: address, owner: owner, cell: cell))
    }

    mutating func build() {
        network.groups = strangers.filter { network.points[$0].address.mayBeGroup }
        addOwned()
        for point in strangers {
            let address = network.points[point].address
            if address.mayBeSource { network.senders.append(End(subject: nil, point: point)) }
            if address.mayBeDestination {
                network.receivers.append(End(subject: nil, point: point))
            }
        }
        for (subject, endpoint) in endpoints where endpoint.anyAddress { addBorne(subject) }
        for (subject, endpoint) in endpoints { addGroupReceivers(subject, endpoint) }
    }

    private mutating func addOwned() {
        for (subject, endpoint) in endpoints {
            for point in endpoint.sendingAddresses.compactMap({ pointOf[$0] }) {
                network.senders.append(End(subject: subject, point: point))
            }
            for point in endpoint.receivingAddresses.compactMap({ pointOf[$0] })
            where network.points[point].owner == subject {
                network.receivers.append(End(subject: subject, point: point))
            }
        }
    }

    /// The addresses that are not its own, for a VM that may use every one.
    private mutating func addBorne(_ subject: Int) {
        for (index, point) in network.points.enumerated() {
            guard point.owner != subject, point.address.isHost, point.address.mayBeSource else {
                continue
            }
            network.senders.append(End(subject: subject, point: index))
        }
        for point in strangers where network.points[point].address.mayBeDestination {
            network.receivers.append(End(subject: subject, point: point))
        }
    }

    private mutating func addGroupReceivers(_ subject: Int, _ endpoint: PolicyEndpoint) {
        for point in endpoint.groupAddresses.compactMap({ pointOf[$0] }) {
            network.groupReceivers.append(End(subject: subject, point: point))
        }
    }
}
