import Packet

/// Gathers what a policy lets pass among some packets, to hold promises against it. No VM may use
/// every address.
///
/// - Cost: for each VM in scope a step for each class of peers to which its table passes something,
///   and for each VM of these; no step for VMs that it does not reach.
struct PromisePassages {
    /// Packets from `senders` to `receivers` on `services`.
    struct Scope: Hashable {
        let senders: Side
        let receivers: Side
        var services = ServiceSet.all
    }

    enum Side: Hashable {
        case everyone
        /// Some VMs, by number.
        case vms(Set<Int>)
        /// Whom a node of the rules names.
        case node(Int)

        /// Whether addresses without a VM can be of the side.
        fileprivate var holdsStrangers: Bool {
            if case .vms = self { false } else { true }
        }
    }

    private typealias End = PromiseEnds.End

    /// What passes: from whom, to whom, as sets of ``PromiseEnds/membership``, on which services.
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
    private var ends: PromiseEnds
    private var membershipOfKind: [Int] = []
    private var sets: PassSets
    private var services = Interner<ServiceSet>()
    private var groupServices: [TableReading.Peers: ServiceSet] = [:]
    private var passages: Set<Passage> = []
    /// When they are used up a whole proof is the quicker way.
    private var stepsLeft = 1 << 19

    init(_ policy: CompiledPolicy, _ book: PromiseBook, _ strangers: PromiseStrangers) {
        self.policy = policy
        self.strangers = strangers
        reading = TableReading(policy)
        promises = book.promises.filter { $0.file.mode == .enforce }
        ends = PromiseEnds(policy, book.graph)
        sets = PassSets(reading)
        for kind in strangers.kinds {
            membershipOfKind.append(ends.membership(ofStrangers: kind.promiseClass))
        }
    }

    /// Whether nothing in scope passes that a promise forbids; false also when it is too much to
    /// look at.
    mutating func keepPromises(_ scope: Scope) -> Bool {
        passages = []
        for network in policy.world.networks.indices {
            noteStations(scope, network)
            noteToAll(scope, network)
            noteStrangers(scope, network)
            guard stepsLeft > 0 else { return false }
        }
        return promises.allSatisfy { isKept($0, scope.services) }
    }

    private func isKept(_ promise: PromiseBook.Promise, _ scope: ServiceSet) -> Bool {
        let (from, to) = (
            ends.membership.holding(promise.senders), ends.membership.holding(promise.receivers)
        )
        let asked = promise.services.intersection(scope)
        let ofFamily = [false, true].map { asked.intersection(.possible(isIPv4: $0)) }
        return passages.allSatisfy { passage in
            !from[passage.from] || !to[passage.to]
                || !services[passage.services].meets(ofFamily[passage.isIPv4 ? 1 : 0])
        }
    }
}

// Who sends, and who receives.
extension PromisePassages {
    private func isEveryone(_ side: Side) -> Bool {
        switch side {
        case .everyone: true
        case .vms: false
        case .node(let node): policy.book.graph.universalNodes.contains(UInt32(node))
        }
    }

    private mutating func members(
        of side: Side, _ role: PromiseEnds.Role, _ network: Int
    ) -> [End] {
        switch side {
        case .everyone: ends.everyone(role, in: network)
        case .vms(let vms): ends.ends(of: vms, role, in: network)
        case .node(let node): ends.ends(named: node, role, in: network)
        }
    }

    /// Those of everyone to whom the table of `end` passes anything, and perhaps others.
    private mutating func peers(of end: End, _ role: PromiseEnds.Role) -> [End] {
        guard let table = end.table, passing(reading.mostRow(table)).isEmpty else {
            return ends.everyone(role, in: end.network)
        }
        var classes: [Int] = []
        reading.forEachException(table) { peerClass, row in
            stepsLeft -= 1
            if !passing(row).isEmpty { classes.append(peerClass) }
        }
        return classes.flatMap { ends.ends(ofClass: $0, role, in: end.network) }
    }

    private mutating func noteStations(_ scope: Scope, _ network: Int) {
        let isFromEveryone = isEveryone(scope.senders)
        if isFromEveryone, !isEveryone(scope.receivers) {
            for receiver in members(of: scope.receivers, .receiver, network) where stepsLeft > 0 {
                for sender in peers(of: receiver, .sender) { note(sender, receiver) }
            }
            return
        }
        let receivers =
            isEveryone(scope.receivers) ? nil : members(of: scope.receivers, .receiver, network)
        for sender in members(of: scope.senders, .sender, network) where stepsLeft > 0 {
            for receiver in receivers ?? peers(of: sender, .receiver) { note(sender, receiver) }
        }
    }

    /// Frames to all. A rule about groups speaks of whoever hears them.
    private mutating func noteToAll(_ scope: Scope, _ network: Int) {
        guard isEveryone(scope.receivers) || namesGroups(scope.receivers) else {
            let senders =
                isEveryone(scope.senders) ? nil : members(of: scope.senders, .sender, network)
            for receiver in members(of: scope.receivers, .groupReceiver, network)
            where stepsLeft > 0 {
                for sender in senders ?? peers(of: receiver, .sender) {
                    noteToAll(sender, receiver)
                }
            }
            return
        }
        var receivers: [End]?
        for sender in members(of: scope.senders, .sender, network) where stepsLeft > 0 {
            guard !passingToGroups(sender).isEmpty else { continue }
            let hearing = receivers ?? ends.everyone(.groupReceiver, in: network)
            receivers = hearing
            for receiver in hearing { noteToAll(sender, receiver) }
        }
    }

    /// Whether addresses to which frames to all may be are of the side.
    private func namesGroups(_ side: Side) -> Bool {
        guard case .node(let node) = side else { return false }
        return policy.world.classes.ofNode[node].contains { isGroup(Int($0)) }
    }

    private func isGroup(_ peerClass: Int) -> Bool {
        strangers[peerClass].contains { strangers.kinds[Int($0)].mayBeGroup }
    }

    private mutating func noteStrangers(_ scope: Scope, _ network: Int) {
        if scope.receivers.holdsStrangers {
            for sender in members(of: scope.senders, .sender, network) where stepsLeft > 0 {
                noteStrangers(sender, scope.receivers, isSender: true)
            }
        }
        guard scope.senders.holdsStrangers else { return }
        for role in [PromiseEnds.Role.receiver, .groupReceiver] {
            for receiver in members(of: scope.receivers, role, network) where stepsLeft > 0 {
                noteStrangers(receiver, scope.senders, isSender: false)
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
        return sets.value(number)
    }

    private mutating func note(_ from: Int, _ to: Int, _ set: ServiceSet, isIPv4: Bool) {
        guard !set.isEmpty else { return }
        passages.insert(
            Passage(from: from, to: to, services: services.number(of: set), isIPv4: isIPv4))
    }

    private mutating func note(_ set: ServiceSet, _ sender: End, _ receiver: End) {
        guard !set.isEmpty else { return }
        let (from, to) = (ends.membership(of: sender), ends.membership(of: receiver))
        note(from, to, set, isIPv4: sender.address.isIPv4)
    }

    private mutating func note(_ sender: End, _ receiver: End) {
        guard sender.subject != receiver.subject,
            sender.address.isIPv4 == receiver.address.isIPv4
        else { return }
        let out = passing(sender.table, receiver.peerClass)
        guard !out.isEmpty else { return }
        note(out.intersection(passing(receiver.table, sender.peerClass)), sender, receiver)
    }

    private mutating func noteToAll(_ sender: End, _ receiver: End) {
        guard sender.subject != receiver.subject,
            sender.address.isIPv4 == receiver.address.isIPv4
        else { return }
        let into = passing(receiver.table, sender.peerClass).subtracting(ServiceSet(.tcp))
        guard !into.isEmpty else { return }
        note(into.intersection(passingToGroups(sender)), sender, receiver)
    }

    /// What a sender's table lets pass to any group of either family.
    private mutating func passingToGroups(_ sender: End) -> ServiceSet {
        guard let table = sender.table else { return .all }
        if let known = groupServices[table] { return known }
        var numbers: Set<Int32> = [sets.number(of: reading.mostRow(table))]
        reading.forEachException(table) { peerClass, row in
            stepsLeft -= 1
            if isGroup(peerClass) { numbers.insert(sets.number(of: row)) }
        }
        let union = ServiceSet.union(of: numbers.map { sets.value($0) })
        groupServices[table] = union
        return union
    }

    /// What passes between a VM and addresses without one.
    private mutating func noteStrangers(_ end: End, _ side: Side, isSender: Bool) {
        if case .node(let node) = side, !isEveryone(side) {
            for number in policy.world.classes.ofNode[node] where !strangers[Int(number)].isEmpty {
                let set = passing(end.table, Int(number))
                noteStrangers(of: Int(number), end, set, isSender: isSender)
            }
            return
        }
        guard let table = end.table else {
            stepsLeft -= policy.world.classes.count
            for number in 0..<policy.world.classes.count {
                noteStrangers(of: number, end, .all, isSender: isSender)
            }
            return
        }
        var others: Set<Int> = []
        let most = passing(reading.mostRow(table))
        reading.forEachException(table) { number, row in
            stepsLeft -= 1
            if !most.isEmpty { others.insert(number) }
            guard !strangers[number].isEmpty else { return }
            noteStrangers(of: number, end, passing(row), isSender: isSender)
        }
        guard !most.isEmpty else { return }
        stepsLeft -= policy.world.classes.count
        for number in 0..<policy.world.classes.count where !others.contains(number) {
            noteStrangers(of: number, end, most, isSender: isSender)
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
            let (own, other) = (ends.membership(of: end), membershipOfKind[Int(number)])
            note(isSender ? own : other, isSender ? other : own, set, isIPv4: kind.isIPv4)
        }
    }
}
