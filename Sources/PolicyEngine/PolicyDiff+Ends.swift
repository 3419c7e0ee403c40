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

        /// Whether a policy decides at this end; else it passes everything under both.
        var isJudged: Bool { old.table != PassTables.open || new.table != PassTables.open }
    }

    struct Lookup: Hashable {
        /// A table of ``PassTables``; nil when the end denies everything.
        var table: Int?
        /// A place in ``Tables/peerClasses``; of a receiver of frames to all, the family.
        var peerClass = 0
    }

    struct Unit {
        let bearer: Bearer
        /// Nil when it is out of scope: nothing differs for it.
        let key: Key?
        /// The groups that mean it, as a set of ``Membership``.
        let membership: Int
        /// For each network in which it occurs the families: 1 IPv4, 2 IPv6.
        var families: [Int: UInt8] = [:]
        /// The points, by network.
        var points: [(network: Int, point: PacketSpace.Point)] = []
    }

    private struct UnitKey: Hashable {
        let bearer: Bearer
        let key: Key?
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
    private let scope: DiffScope?
    private let subjects: [PortCompiler.Subject]

    /// One policy's tables, for each network.
    struct Tables {
        let reading: TableReading
        fileprivate var egressTables: [PassTables] = []
        fileprivate var ingressTables: [PassTables] = []
        fileprivate(set) var egress: [PassCells] = []
        fileprivate(set) var ingress: [PassCells] = []
        /// The classes of peers that occur; one numbering for all networks, because addresses
        /// without a VM are one unit in all of them.
        var peerClasses = Interner<Int>()
        /// For each network what each egress table passes to any group of IPv4, and of IPv6.
        var toGroups: [[[Int32]]] = []
        var sets: PassSets
        /// Whether there is more to read than may be.
        fileprivate(set) var isOverBudget = false
    }

    /// - Parameters:
    ///   - groups: the groups' members, and the scope outside of which nothing is looked at.
    ///   - isToAll: whether the receivers are those of frames to all.
    init(
        _ policies: (old: CompiledPolicy, new: CompiledPolicy), _ space: PacketSpace,
        _ groups: (members: Membership, scope: DiffScope?), isToAll: Bool
    ) {
        let (old, new) = policies
        self.isToAll = isToAll
        let readings = (TableReading(old), TableReading(new))
        self.old = Tables(reading: readings.0, sets: PassSets(readings.0))
        self.new = Tables(reading: readings.1, sets: PassSets(readings.1))
        membership = groups.members
        subjects = new.world.subjects
        scope = groups.scope
        let count = space.networks.count
        self.old.prepare(networkCount: count)
        self.new.prepare(networkCount: count)
        senders = units(space, .egress)
        receivers = units(space, .ingress)
        guard !hasTooManyPairs else { return }
        for network in space.networks.indices {
            self.old.fill(network, space.networks[network], isToAll: isToAll)
            self.new.fill(network, space.networks[network], isToAll: isToAll)
        }
    }

    private mutating func units(_ space: PacketSpace, _ direction: TrafficDirection) -> [Unit] {
        var units: [Unit] = []
        var numbers: [UnitKey: Int] = [:]
        for (number, network) in space.networks.enumerated() {
            for end in Self.ends(of: network, direction, isToAll) {
                let point = network.points[end.point]
                let bearer = bearer(end, point, direction)
                let isMeant = isInScope(end, point, direction)
                let key = UnitKey(
                    bearer: bearer,
                    key: isMeant ? key(end.subject, point, number, direction) : nil,
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

    /// Whether a rule in scope can speak of the end: as the VM that it is, at its own port, or as
    /// the owner of its address, at the other's. A frame to all is to another address than that of
    /// its receiver.
    private mutating func isInScope(
        _ end: PacketSpace.End, _ point: PacketSpace.Point, _ direction: TrafficDirection
    ) -> Bool {
        guard let scope, !isToAll || direction == .egress else { return true }
        let number = membership.number(
            end.subject, owner: point.owner,
            prefixClass: membership.partition.prefixClass(of: point.address))
        return membership.holdsAny(
            of: direction == .egress ? scope.senders : scope.receivers, number)
    }

    private var hasTooManyPairs: Bool {
        senders.count > Self.pairCountMax / max(receivers.count, 1)
    }

    /// Whether the units are too many to be compared: then nothing may be asked.
    var isOverBudget: Bool {
        hasTooManyPairs || old.isOverBudget || new.isOverBudget
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
    fileprivate mutating func prepare(networkCount: Int) {
        egressTables = [PassTables](repeating: PassTables(.egress), count: networkCount)
        ingressTables = [PassTables](repeating: PassTables(.ingress), count: networkCount)
    }

    /// What the policy looks up for an end; a nil subject is judged by nobody.
    fileprivate mutating func lookup(
        _ subject: Int?, _ address: IPAddress, _ network: Int, _ direction: TrafficDirection
    ) -> DiffEnds.Lookup {
        let peerClass = reading.peerClass(of: address, in: network)
        var lookup = DiffEnds.Lookup(
            table: PassTables.open, peerClass: peerClasses.number(of: peerClass))
        guard let subject else { return lookup }
        let ownClass = reading.ownClass(of: address)
        lookup.table = reading.peers(of: subject, direction, ownClass: ownClass).map {
            direction == .egress
                ? egressTables[network].number(of: $0) : ingressTables[network].number(of: $0)
        }
        return lookup
    }

    fileprivate mutating func fill(
        _ network: Int, _ space: PacketSpace.Network, isToAll: Bool
    ) {
        let (out, into) = (egressTables[network], ingressTables[network])
        ingress.append(PassCells(into, reading, &sets, of: peerClasses.values))
        isOverBudget = isOverBudget || ingress[network].isOverBudget
        guard isToAll else {
            egress.append(PassCells(out, reading, &sets, of: peerClasses.values))
            isOverBudget = isOverBudget || egress[network].isOverBudget
            return
        }
        let groups = [true, false].map { space.groupClasses(isIPv4: $0, reading, network) }
        let lines = PassLines(out, reading, &sets)
        isOverBudget = isOverBudget || lines.isOverBudget
        guard !lines.isOverBudget else { return }
        toGroups.append(groups.map { lines.unions(over: $0, &sets) })
    }

    /// The numbers of what sender and receiver pass; nil when one of them denies everything.
    func passing(
        _ sender: DiffEnds.Lookup, _ receiver: DiffEnds.Lookup, _ isToAll: Bool, in network: Int
    ) -> (Int32, Int32)? {
        guard let out = sender.table, let into = receiver.table else { return nil }
        return (
            isToAll
                ? toGroups[network][receiver.peerClass][out]
                : egress[network][out, receiver.peerClass],
            ingress[network][into, sender.peerClass]
        )
    }
}
