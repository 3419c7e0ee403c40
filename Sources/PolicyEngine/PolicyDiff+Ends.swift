import Packet

/// The ends of all packets under two policies of one universe, gathered into units.
///
/// A unit is part of one VM, or of all addresses without a VM: those of its addresses that both
/// policies treat alike, at which the same groups are meant.
struct DiffEnds {
    /// Whose the addresses of a unit are.
    enum Bearer: Hashable {
        /// A VM, at addresses of its own.
        case vm(Int)
        /// A VM that may use every address, at others' or nobody's.
        case borne(Int)
        /// Nobody known.
        case outside
    }

    /// What both policies look up for an end.
    struct Key: Hashable {
        var old = Lookup()
        var new = Lookup()
    }

    struct Lookup: Hashable {
        /// A table of ``PassTables``; nil when the end denies everything.
        var table: Int?
        var peerClass = 0
    }

    struct Unit {
        let bearer: Bearer
        let key: Key
        /// The groups that mean it, as a set of ``Membership``.
        let membership: Int
        /// For each network in which it occurs the families: 1 IPv4, 2 IPv6.
        var families: [Int: UInt8] = [:]
        /// The points, by network.
        var points: [(network: Int, point: PacketSpace.Point)] = []
    }

    private struct UnitKey: Hashable {
        let bearer: Bearer
        let key: Key
        let membership: Int
        let network: Int?
    }

    /// The most pairs of units that are compared.
    private static let pairCountMax = 1 << 26

    private(set) var senders: [Unit] = []
    private(set) var receivers: [Unit] = []
    private(set) var old: Tables
    private(set) var new: Tables
    private(set) var membership: Membership
    let isToAll: Bool
    private let subjects: [PortCompiler.Subject]

    /// One policy's tables, for each network.
    struct Tables {
        let reading: TableReading
        var egress: [PassTables] = []
        var ingress: [PassTables] = []
        /// For each network what each egress table passes to any group of IPv4, and of IPv6.
        var toGroups: [[[Int32]]] = []
        var sets: PassSets
    }

    /// - Parameter isToAll: whether the receivers are those of frames to all.
    init(
        _ policies: (old: CompiledPolicy, new: CompiledPolicy), _ space: PacketSpace,
        _ groups: Membership, isToAll: Bool
    ) {
        let (old, new) = policies
        self.isToAll = isToAll
        let readings = (TableReading(old), TableReading(new))
        self.old = Tables(reading: readings.0, sets: PassSets(readings.0))
        self.new = Tables(reading: readings.1, sets: PassSets(readings.1))
        membership = groups
        subjects = new.world.subjects
        let count = space.networks.count
        let empty = (
            egress: [PassTables](repeating: PassTables(.egress), count: count),
            ingress: [PassTables](repeating: PassTables(.ingress), count: count)
        )
        (self.old.egress, self.old.ingress) = empty
        (self.new.egress, self.new.ingress) = empty
        senders = units(space, .egress)
        receivers = units(space, .ingress)
        for network in space.networks.indices {
            self.old.fill(network, space.networks[network])
            self.new.fill(network, space.networks[network])
        }
    }

    private mutating func units(_ space: PacketSpace, _ direction: TrafficDirection) -> [Unit] {
        var units: [Unit] = []
        var numbers: [UnitKey: Int] = [:]
        for (number, network) in space.networks.enumerated() {
            for end in Self.ends(of: network, direction, isToAll) {
                let point = network.points[end.point]
                let bearer = bearer(end, point, direction)
                let key = UnitKey(
                    bearer: bearer, key: key(end.subject, point, number, direction),
                    membership: membership.number(
                        end.subject, owner: end.subject,
                        prefixClass: membership.partition.prefixClass(of: point.address)),
                    network: bearer == .outside ? nil : number)
                let index = numbers[key] ?? units.count
                if index == units.count {
                    numbers[key] = index
                    units.append(
                        Unit(bearer: bearer, key: key.key, membership: key.membership))
                }
                units[index].families[number, default: 0] |= point.address.isIPv4 ? 1 : 2
                units[index].points.append((number, point))
            }
        }
        return units
    }

    private static func ends(
        of network: PacketSpace.Network, _ direction: TrafficDirection, _ isToAll: Bool
    ) -> [PacketSpace.End] {
        if direction == .egress { return network.senders }
        return isToAll ? network.groupReceivers : network.receivers
    }

    /// Whether the units are too many to be compared: then nothing may be asked.
    var isOverBudget: Bool {
        senders.count > Self.pairCountMax / max(receivers.count, 1)
            || [old, new].contains { tables in
                (tables.egress + tables.ingress).contains(where: \.isOverBudget)
            }
    }

    /// The endpoint of a VM.
    func endpoint(of subject: Int) -> PolicyEndpoint { subjects[subject].endpoint }

    private func bearer(
        _ end: PacketSpace.End, _ point: PacketSpace.Point, _ direction: TrafficDirection
    ) -> Bearer {
        guard let subject = end.subject else { return .outside }
        let isOwn = subjects[subject].endpoint.ownedAddresses.contains(point.address)
        return isOwn || (isToAll && direction == .ingress) ? .vm(subject) : .borne(subject)
    }

    private mutating func key(
        _ subject: Int?, _ point: PacketSpace.Point, _ network: Int,
        _ direction: TrafficDirection
    ) -> Key {
        let isJudged = subject.map { subjects[$0].endpoint.isJudged } ?? false
        let judged = isJudged ? subject : nil
        var key = Key(
            old: old.lookup(judged, point.address, network, direction),
            new: new.lookup(judged, point.address, network, direction))
        if isToAll, direction == .ingress {
            // The sender's end looks up the group; what matters of the receiver is the family.
            key.old.peerClass = point.address.isIPv4 ? 0 : 1
            key.new.peerClass = key.old.peerClass
        }
        return key
    }
}

extension DiffEnds.Tables {
    /// What the policy looks up for an end; a nil subject is judged by nobody.
    fileprivate mutating func lookup(
        _ subject: Int?, _ address: IPAddress, _ network: Int, _ direction: TrafficDirection
    ) -> DiffEnds.Lookup {
        var lookup = DiffEnds.Lookup(
            table: PassTables.open, peerClass: reading.peerClass(of: address, in: network))
        guard let subject else { return lookup }
        let ownClass = reading.ownClass(of: address)
        lookup.table = reading.peers(of: subject, direction, ownClass: ownClass).map {
            direction == .egress
                ? egress[network].number(of: $0) : ingress[network].number(of: $0)
        }
        return lookup
    }

    fileprivate mutating func fill(_ network: Int, _ space: PacketSpace.Network) {
        egress[network].fill(reading, &sets)
        ingress[network].fill(reading, &sets)
        let groups = [true, false].map { space.groupClasses(isIPv4: $0, reading, network) }
        toGroups.append(groups.map { egress[network].unions(over: $0, &sets) })
    }

    /// The numbers of what sender and receiver pass; nil when one of them denies everything.
    func passing(
        _ sender: DiffEnds.Lookup, _ receiver: DiffEnds.Lookup, _ isToAll: Bool, in network: Int
    ) -> (Int32, Int32)? {
        guard let out = sender.table, let into = receiver.table else { return nil }
        return (
            isToAll
                ? toGroups[network][receiver.peerClass][out]
                : egress[network].set(out, receiver.peerClass),
            ingress[network].set(into, sender.peerClass)
        )
    }
}
