import Packet

/// Decides for all packets whether a policy keeps its promises, the `never` sentences of its files.
///
/// **What is proven.** Let a packet be anything that opens a connection, or is judged without one:
/// a sender, a source address, a receiver, a destination address, and a service (protocol with port
/// or ICMP type). `never A -> B on S` holds if and only if there is no packet of `S` that is from
/// `A`, is to `B`, and that the compiled tables of every end that is judged let pass:
/// - VM to VM in one network: the sender's egress and the receiver's ingress, also where a VM lives
///   on another host. Each of a VM's addresses counts, the link-local one of its MAC too.
/// - VM to or from an address of no VM: the one end. Any such address may be behind an uplink.
/// - A VM that may use every address: as sender from every host address, also another VM's; as
///   receiver at every address of no VM. Its own end judges it as the VM that it is, the other end
///   by the address.
/// - A frame to all (multicast, broadcast): the sender's egress with the group as peer, and the
///   ingress of each other VM as its first address of the family, as it reaches that VM.
///
/// A packet is *from* `A` if `A` holds the VM that sends it, or the one that its source address
/// belongs to; it is *to* `B` if `B` holds the VM that receives it, or the one that its destination
/// address belongs to. An address of no VM is held by `any` and `cidr` alone. What a file in
/// audit mode only records passes. A VM on a host without a switch is judged at the other end
/// alone.
///
/// The search is exhaustive: ends that the tables and the promises cannot tell apart are one class,
/// every pair of classes is looked at, and services are compared as sets. The tables read are those
/// that decide frames (``TableReading``); the text of the rules is not asked.
///
/// - Cost: see ``ProofSearch``.
public struct PolicyProof {
    private let policy: CompiledPolicy
    private let book: PromiseBook
    private let networks: [ProofNetwork]
    private let sets: PassSets
    private let membership: Membership
    private var narrowings: [ServiceSet: Narrowing] = [:]

    /// Gathers the ends of all packets into classes; nothing is decided yet.
    public init(_ policy: CompiledPolicy) {
        self.policy = policy
        book = PromiseBook(policy.files)
        let reading = TableReading(policy)
        let world = policy.world
        var books = (
            sets: PassSets(reading), membership: Membership(book.graph, world.subjects)
        )
        let cells = AddressCells([world.partition, books.membership.partition])
        let space = PacketSpace(world, cells)
        networks = space.networks.enumerated().map { number, space in
            ProofNetwork(number, space, (reading, world.subjects), &books)
        }
        (sets, membership) = books
    }

    /// Refuses a policy that breaks a promise, unless the file that makes it is in audit mode: like
    /// its refusals, what it promises is only looked at (``PromiseReport``).
    ///
    /// - Parameter isShown: whether commands can show a packet that passes.
    /// - Throws: for each broken promise a packet that passes, at the place of the sentence.
    public static func check(
        _ policy: CompiledPolicy, isShown: Bool = true
    ) throws(PolicyErrors) {
        let broken = try broken(in: policy) { $0.mode == .enforce }
        guard !broken.isEmpty else { return }
        throw PolicyErrors(
            broken.map {
                $1.error($0.file, $0.sentence, among: policy.files, isShown: isShown)
            })
    }

    /// The broken promises of the files that `isMeant` names, each with a packet that passes.
    static func broken(
        in policy: CompiledPolicy, _ isMeant: (PolicyFile) -> Bool
    ) throws(PolicyErrors) -> [(promise: PromiseBook.Promise, packet: Counterexample)] {
        guard policy.files.contains(where: { !$0.invariants.isEmpty && isMeant($0) }) else {
            return []
        }
        var proof = PolicyProof(policy)
        try proof.checkWork()
        var broken: [(PromiseBook.Promise, Counterexample)] = []
        for (index, promise) in proof.book.promises.enumerated() where isMeant(promise.file) {
            guard broken.count < PolicyErrors.countMax else { break }
            if let packet = proof.counterexample(to: index) { broken.append((promise, packet)) }
        }
        return broken
    }

    /// Whether the ends are too many to be held against each other: then nothing may be asked.
    private var isOverBudget: Bool {
        membership.partition.isOverBudget
            || networks.contains { $0.egress.isOverBudget || $0.ingress.isOverBudget }
    }

    /// Refuses promises that would take too much to prove.
    private func checkWork() throws(PolicyErrors) {
        guard isOverBudget, let promise = book.promises.first else { return }
        throw PolicyErrors([
            PolicyError(
                promise.file, at: promise.sentence.senders.position,
                (
                    "`never` cannot be proven here: the policies tell too many kinds of addresses "
                        + "and VMs apart",
                    "name fewer separate prefixes, or leave out `never`"
                ))
        ])
    }

    /// How much is searched, in words: for measurements.
    package var summary: String {
        let counts = networks.map { network in
            "\(network.senders.count) classes of senders, \(network.receivers.count) of receivers, "
                + [network.egress, network.ingress].map {
                    "\($0.tableCount) tables with \($0.exceptionCount) exceptions"
                }.joined(separator: " and ")
        }
        return counts.joined(separator: "; ") + "; \(sets.values.count) sets of services"
    }

    /// How many promises the files make.
    public var promiseCount: Int { book.promises.count }

    /// A packet that passes in spite of the promise with this number, counted from 0 in the order
    /// of decision of the files; nil when the promise holds for all packets.
    ///
    /// - Precondition: ``check(_:)`` does not refuse the policy for its size.
    public mutating func counterexample(to index: Int) -> Counterexample? {
        let promise = book.promises[index]
        let senders = membership.holding(promise.senders)
        let receivers = membership.holding(promise.receivers)
        for network in networks {
            for isIPv4 in [true, false] {
                let ends = Ends(network, isIPv4, (senders, receivers))
                if let found = search(ends, promise.services) { return found }
            }
        }
        return nil
    }

    /// The ends of one network and family that a promise speaks of.
    private struct Ends {
        let network: ProofNetwork
        let isIPv4: Bool
        let senders: [ProofNetwork.EndClass]
        let receivers: [ProofNetwork.EndClass]
        let groupReceivers: [ProofNetwork.EndClass]

        init(_ network: ProofNetwork, _ isIPv4: Bool, _ sides: (from: [Bool], to: [Bool])) {
            self.network = network
            self.isIPv4 = isIPv4
            let of = { (classes: [ProofNetwork.EndClass], side: [Bool]) in
                classes.filter { $0.isIPv4 == isIPv4 && side[$0.membership] }
            }
            senders = of(network.senders, sides.from)
            receivers = of(network.receivers, sides.to)
            groupReceivers = of(network.groupReceivers, sides.to)
        }
    }

    private mutating func search(_ ends: Ends, _ services: ServiceSet) -> Counterexample? {
        let possible = services.intersection(.possible(isIPv4: ends.isIPv4))
        var search = ProofSearch(ends.network, narrowing(to: possible), to: ends.receivers)
        if let found = search.toStation(from: ends.senders) {
            return witness(found, in: ends.network, group: nil)
        }
        // No connection-oriented protocol goes to all (`DataPath/Replication`, `isForGroup`).
        let groups = possible.subtracting(ServiceSet(.tcp))
        search = ProofSearch(ends.network, narrowing(to: groups), to: ends.groupReceivers)
        let found = search.toGroup(from: ends.senders, isIPv4: ends.isIPv4)
        return found.flatMap { groupWitness($0, ends) }
    }

    private mutating func narrowing(to services: ServiceSet) -> Narrowing {
        if let known = narrowings[services] { return known }
        let narrowing = Narrowing(sets, to: services)
        narrowings[services] = narrowing
        return narrowing
    }
}

extension PolicyProof {
    /// The packet of a finding, to the group at the point `group` if it is a frame to all.
    private func witness(
        _ found: ProofSearch.Finding, in network: ProofNetwork, group: Int?
    ) -> Counterexample {
        let points = network.space.points
        let from = points[found.sender.point]
        let to = points[group ?? found.receiver.point]
        let service = Self.plainest(of: found.services, isIPv4: from.address.isIPv4)
        let own = points[found.receiver.point]
        return Counterexample(
            network: network.space.vni,
            from: end(found.sender.subject, from), to: end(found.receiver.subject, to),
            isToAll: group != nil, service: service,
            egress: judge(found.sender, (.egress, from.address, to.address), network, service),
            ingress: judge(found.receiver, (.ingress, own.address, from.address), network, service))
    }

    /// The witness of a frame to all: to the first group that the sender may send to.
    private func groupWitness(_ found: ProofSearch.Finding, _ ends: Ends) -> Counterexample? {
        let network = ends.network
        let points = network.space.points
        let sender = points[found.sender.point].address
        let groups = network.space.groups.filter { points[$0].address.isIPv4 == ends.isIPv4 }
        // A true group first: it is what people expect to see.
        let sorted = groups.filter { points[$0].address.isMulticast } + groups
        for group in sorted {
            let passing = passing(
                found.sender, (.egress, sender, points[group].address), network.number)
            let services = found.services.intersection(passing)
            guard !services.isEmpty else { continue }
            let narrowed = ProofSearch.Finding(
                sender: found.sender, receiver: found.receiver, services: services)
            return witness(narrowed, in: network, group: group)
        }
        return nil
    }

    private typealias Question = (direction: TrafficDirection, own: IPAddress, peer: IPAddress)

    private func row(
        _ end: PacketSpace.End, _ question: Question, _ network: Int
    ) -> TableReading.Row? {
        guard let subject = end.subject, policy.world.subjects[subject].endpoint.isJudged else {
            return nil
        }
        let reading = TableReading(policy)
        let ownClass = reading.ownClass(of: question.own)
        return reading.peers(of: subject, question.direction, ownClass: ownClass).map {
            reading.row($0, peerClass: reading.peerClass(of: question.peer, in: network))
        }
    }

    private func passing(
        _ end: PacketSpace.End, _ question: Question, _ network: Int
    ) -> ServiceSet {
        row(end, question, network).map { TableReading(policy).passing($0) } ?? .all
    }

    private func judge(
        _ end: PacketSpace.End, _ question: Question, _ network: ProofNetwork,
        _ service: ServiceKey
    ) -> Counterexample.Judge? {
        row(end, question, network.number).map { row in
            let verdict = TableReading(policy).verdict(row, service)
            return Counterexample.Judge(
                rule: policy.rule(verdict.rule), isAudited: verdict.isAudited)
        }
    }

    private func end(_ subject: Int?, _ point: PacketSpace.Point) -> Counterexample.End {
        let endpoint = subject.map { policy.world.subjects[$0].endpoint }
        return Counterexample.End(
            address: point.address, vm: endpoint?.vm,
            isBorne: endpoint.map { !$0.ownedAddresses.contains(point.address) } ?? false)
    }

    /// The service that says most to people: TCP, then UDP, then ICMP, then the first.
    private static func plainest(of services: ServiceSet, isIPv4: Bool) -> ServiceKey {
        for ipProtocol in [IPProtocol.tcp, .udp, isIPv4 ? .icmp : .icmpv6] {
            let part = services.intersection(ServiceSet(ipProtocol))
            if let first = part.ranges.first { return first.first }
        }
        return services.ranges.first?.first ?? ServiceKey(rawValue: 0)
    }
}
