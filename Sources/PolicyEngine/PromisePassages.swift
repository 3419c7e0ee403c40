import Packet

/// Gathers what a policy lets pass among some packets, to hold promises against it. No VM may use
/// every address.
struct PromisePassages {
    /// Packets from `senders` to `receivers` on `services`.
    struct Scope {
        let senders: Side
        let receivers: Side
        var services = ServiceSet.all
    }

    enum Side {
        case everyone
        /// Some VMs, by number.
        case vms(Set<Int>)
        /// Whom a node of the rules names.
        case node(Int)
    }

    /// A VM at one of its addresses.
    private struct End {
        let subject: Int
        let owner: Int?
        let address: IPAddress
        let peerClass: Int
        /// Nil when nobody judges it.
        let table: TableReading.Peers?
        /// A set of ``membership``.
        let membership: Int
    }

    /// What passes: from whom, to whom, as sets of ``membership``, and on which services.
    private struct Passage: Hashable {
        let from: Int
        let to: Int
        let services: Int
        let isIPv4: Bool
    }

    private let policy: CompiledPolicy
    private let reading: TableReading
    private let promises: [PromiseBook.Promise]
    private let strangers: PromiseStrangers
    private var membership: Membership
    private var membershipOfKind: [Int] = []
    private var sets: PassSets
    private var services = Interner<ServiceSet>()
    private var groupServices: [TableReading.Peers: ServiceSet] = [:]
    private var networks: [(senders: [End], receivers: [End], groupReceivers: [End])] = []
    private var passages: Set<Passage> = []
    private var stepsLeft = 1 << 19

    init(_ policy: CompiledPolicy, _ book: PromiseBook, _ strangers: PromiseStrangers) {
        self.policy = policy
        self.strangers = strangers
        reading = TableReading(policy)
        promises = book.promises.filter { $0.file.mode == .enforce }
        membership = Membership(book.graph, policy.world.subjects)
        sets = PassSets(reading)
        for kind in strangers.kinds {
            membershipOfKind.append(
                membership.number(nil, owner: nil, prefixClass: kind.promiseClass))
        }
        let space = PacketSpace(policy.world, .unspecified)
        for (number, network) in space.networks.enumerated() {
            networks.append(
                (
                    ends(network.senders, network, (number, .egress)),
                    ends(network.receivers, network, (number, .ingress)),
                    ends(network.groupReceivers, network, (number, .ingress))
                ))
        }
    }

    /// The ends of VMs that let anything pass.
    private mutating func ends(
        _ ends: [PacketSpace.End], _ network: PacketSpace.Network,
        _ place: (network: Int, direction: TrafficDirection)
    ) -> [End] {
        ends.compactMap { end in
            guard let subject = end.subject else { return nil }
            let point = network.points[end.point]
            var table: TableReading.Peers?
            if policy.world.subjects[subject].endpoint.isJudged {
                table = reading.peers(
                    of: subject, place.direction, ownClass: reading.ownClass(of: point.address))
                if table == nil { return nil }
            }
            return End(
                subject: subject, owner: point.owner, address: point.address,
                peerClass: reading.peerClass(of: point.address, in: place.network), table: table,
                membership: membership.number(
                    subject, owner: point.owner,
                    prefixClass: membership.partition.prefixClass(of: point.address)))
        }
    }

    /// Whether nothing in scope passes that a promise forbids; false also when it is too much to
    /// look at.
    mutating func keepPromises(_ scope: Scope) -> Bool {
        passages = []
        for network in networks {
            let senders = network.senders.filter { holds(scope.senders, $0) }
            let receivers = network.receivers.filter { holds(scope.receivers, $0) }
            let groupReceivers = network.groupReceivers.filter { holds(scope.receivers, $0) }
            for sender in senders {
                for receiver in receivers { note(sender, receiver) }
                noteStrangers(sender, scope.receivers, isSender: true)
                // A rule about groups speaks of whoever hears them.
                let isRule = if case .node = scope.receivers { true } else { false }
                for receiver in isRule ? network.groupReceivers : groupReceivers {
                    noteToAll(sender, receiver)
                }
            }
            for receiver in receivers + groupReceivers {
                noteStrangers(receiver, scope.senders, isSender: false)
            }
            guard stepsLeft > 0 else { return false }
        }
        return promises.allSatisfy { isKept($0, scope.services) }
    }

    private func isKept(_ promise: PromiseBook.Promise, _ scope: ServiceSet) -> Bool {
        let (from, to) = (
            membership.holding(promise.senders), membership.holding(promise.receivers)
        )
        let asked = promise.services.intersection(scope)
        let ofFamily = [false, true].map { asked.intersection(.possible(isIPv4: $0)) }
        return passages.allSatisfy { passage in
            !from[passage.from] || !to[passage.to]
                || !services[passage.services].meets(ofFamily[passage.isIPv4 ? 1 : 0])
        }
    }

    private func holds(_ side: Side, _ end: End) -> Bool {
        switch side {
        case .everyone: return true
        case .vms(let vms): return vms.contains(end.subject)
        case .node(let node):
            let (graph, world) = (policy.book.graph, policy.world)
            let bits = world.partition.bits(of: world.partition.prefixClass(of: end.address))
            return Set([end.subject, end.owner ?? end.subject]).contains { subject in
                graph.names(node, graph.memberList(world.subjects[subject].identity, bits))
            }
        }
    }
}

// What passes.
extension PromisePassages {
    private mutating func passing(
        _ table: TableReading.Peers?, _ peerClass: Int
    ) -> ServiceSet {
        stepsLeft -= 1
        guard let table else { return .all }
        return passing(reading.row(table, peerClass: peerClass))
    }

    private mutating func passing(_ row: TableReading.Row) -> ServiceSet {
        let number = sets.number(of: row)
        return sets.values[Int(number)]
    }

    private mutating func note(_ from: Int, _ to: Int, _ set: ServiceSet, isIPv4: Bool) {
        guard !set.isEmpty else { return }
        passages.insert(
            Passage(from: from, to: to, services: services.number(of: set), isIPv4: isIPv4))
    }

    private mutating func note(_ sender: End, _ receiver: End) {
        guard sender.subject != receiver.subject,
            sender.address.isIPv4 == receiver.address.isIPv4
        else { return }
        let out = passing(sender.table, receiver.peerClass)
        guard !out.isEmpty else { return }
        let common = out.intersection(passing(receiver.table, sender.peerClass))
        note(sender.membership, receiver.membership, common, isIPv4: sender.address.isIPv4)
    }

    private mutating func noteToAll(_ sender: End, _ receiver: End) {
        guard sender.subject != receiver.subject,
            sender.address.isIPv4 == receiver.address.isIPv4
        else { return }
        let into = passing(receiver.table, sender.peerClass).subtracting(ServiceSet(.tcp))
        guard !into.isEmpty else { return }
        let common = into.intersection(passingToGroups(sender))
        note(sender.membership, receiver.membership, common, isIPv4: sender.address.isIPv4)
    }

    /// What a sender's table lets pass to any group of either family.
    private mutating func passingToGroups(_ sender: End) -> ServiceSet {
        guard let table = sender.table else { return .all }
        if let known = groupServices[table] { return known }
        let rows = reading.rows(table)
        stepsLeft -= rows.others.count
        let own = rows.others.filter { item in
            strangers[item.peerClass].contains { strangers.kinds[Int($0)].mayBeGroup }
        }
        let numbers = Set(([rows.most] + own.map(\.row)).map { sets.number(of: $0) })
        let union = ServiceSet.union(of: numbers.map { sets.values[Int($0)] })
        groupServices[table] = union
        return union
    }

    /// What passes between a VM and addresses without one.
    private mutating func noteStrangers(_ end: End, _ side: Side, isSender: Bool) {
        switch side {
        case .vms: return
        case .node(let node) where !policy.book.graph.universalNodes.contains(UInt32(node)):
            for number in policy.world.classes.ofNode[node] where !strangers[Int(number)].isEmpty {
                let set = passing(end.table, Int(number))
                noteStrangers(of: Int(number), end, set, isSender: isSender)
            }
        case .everyone, .node:
            guard let table = end.table else {
                for number in 0..<policy.world.classes.count {
                    noteStrangers(of: number, end, .all, isSender: isSender)
                }
                return
            }
            let rows = reading.rows(table)
            stepsLeft -= rows.others.count
            for (number, row) in rows.others where !strangers[number].isEmpty {
                noteStrangers(of: number, end, passing(row), isSender: isSender)
            }
            let most = passing(rows.most)
            guard !most.isEmpty else { return }
            let others = Set(rows.others.map(\.peerClass))
            for number in 0..<policy.world.classes.count where !others.contains(number) {
                noteStrangers(of: number, end, most, isSender: isSender)
            }
        }
    }

    private mutating func noteStrangers(
        of peerClass: Int, _ end: End, _ set: ServiceSet, isSender: Bool
    ) {
        guard !set.isEmpty else { return }
        for number in strangers[peerClass] {
            let kind = strangers.kinds[Int(number)]
            guard kind.isIPv4 == end.address.isIPv4,
                isSender ? kind.mayBeDestination : kind.mayBeSource
            else { continue }
            stepsLeft -= 1
            let other = membershipOfKind[Int(number)]
            note(
                isSender ? end.membership : other, isSender ? other : end.membership, set,
                isIPv4: kind.isIPv4)
        }
    }
}
