import Packet

/// The VMs of a policy as ends of packets, found by whom rules name and by what tables pass,
/// without a look at all others. No VM may use every address.
struct PromiseEnds {
    /// A VM at one of its addresses.
    struct End {
        let subject: Int
        /// The VM to which the address belongs; nil for 0.0.0.0.
        let owner: Int?
        /// Its network, as an index.
        let network: Int
        let address: IPAddress
        /// What the address is to the other end.
        let peerClass: Int
        /// Nil when nobody judges the end.
        let table: TableReading.Peers?
    }

    /// What a VM does at an address.
    enum Role {
        case sender
        case receiver
        /// Of frames to all.
        case groupReceiver

        var direction: TrafficDirection { self == .sender ? .egress : .ingress }
    }

    private(set) var membership: Membership
    private let policy: CompiledPolicy
    private let reading: TableReading
    /// A VM, by number, at one of its addresses.
    private var places: [(subject: Int, address: IPAddress)] = []
    /// For each class those in ``places`` that are of it to themselves, or to others: an address
    /// that two VMs have belongs to one of them.
    private var placesOfClass = NumberTable()
    /// The VMs that frames to all reach as 0.0.0.0.
    private var withoutIPv4: [Int] = []

    init(_ policy: CompiledPolicy, _ promises: SelectorGraph) {
        self.policy = policy
        reading = TableReading(policy)
        membership = Membership(promises, policy.world.subjects)
        var pairs: [(row: UInt32, item: UInt32)] = []
        for (number, subject) in policy.world.subjects.enumerated() {
            if !subject.endpoint.hasIPv4Address { withoutIPv4.append(number) }
            for place in subject.places {
                let index = UInt32(places.count)
                places.append((number, place.address))
                let known = reading.peerClass(of: place.address, in: subject.network)
                pairs.append((UInt32(known), index))
                if known != place.peerClass { pairs.append((UInt32(place.peerClass), index)) }
            }
        }
        placesOfClass = NumberTable(rowCount: policy.world.classes.count, pairs)
    }

    /// Every VM of a network, at all addresses at which it has the role.
    mutating func everyone(_ role: Role, in network: Int) -> [End] {
        ends(of: policy.world.subjects.indices, role, in: network)
    }

    /// Some VMs, by number.
    mutating func ends(
        of subjects: some Sequence<Int>, _ role: Role, in network: Int
    ) -> [End] {
        subjects.filter { policy.world.subjects[$0].network == network }.flatMap { subject in
            policy.world.subjects[subject].endpoint.addresses(as: role).compactMap {
                end(subject, $0, role)
            }
        }
    }

    /// Those whose address is of a class, to themselves or to others.
    mutating func ends(ofClass number: Int, _ role: Role, in network: Int) -> [End] {
        placesOfClass[number].compactMap { index in
            let (subject, address) = places[Int(index)]
            let owner = policy.world.subjects[subject]
            guard owner.network == network, owner.endpoint.addresses(as: role).contains(address)
            else { return nil }
            return end(subject, address, role)
        }
    }

    /// Those whom a node of the rules names: as themselves, or as the owner of their address.
    mutating func ends(named node: Int, _ role: Role, in network: Int) -> [End] {
        let graph = policy.book.graph
        guard !graph.universalNodes.contains(UInt32(node)) else {
            return everyone(role, in: network)
        }
        var found = policy.world.classes.ofNode[node].flatMap {
            ends(ofClass: Int($0), role, in: network)
        }
        guard role == .groupReceiver else { return found }
        let bits = policy.world.partition.bits(
            of: policy.world.partition.prefixClass(of: .unspecifiedIPv4))
        for subject in withoutIPv4 where policy.world.subjects[subject].network == network {
            let identity = policy.world.subjects[subject].identity
            guard graph.memberList(identity, bits).holds(UInt32(node)) else { continue }
            if let end = end(subject, .unspecifiedIPv4, role) { found.append(end) }
        }
        return found
    }

    /// Nil for an end that lets nothing pass, or does not have the address.
    private mutating func end(_ subject: Int, _ address: IPAddress, _ role: Role) -> End? {
        let (world, network) = (policy.world, policy.world.subjects[subject].network)
        let owner = world.networks[network].hosts[address]?.subject
        guard role != .receiver || owner == subject else { return nil }
        var table: TableReading.Peers?
        if world.subjects[subject].endpoint.isJudged {
            table = reading.peers(
                of: subject, role.direction, ownClass: reading.ownClass(of: address))
            if table == nil { return nil }
        }
        return End(
            subject: subject, owner: owner, network: network, address: address,
            peerClass: reading.peerClass(of: address, in: network), table: table)
    }

    /// The number of the set of nodes that an end belongs to.
    mutating func membership(of end: End) -> Int {
        membership.number(
            end.subject, owner: end.owner,
            prefixClass: membership.partition.prefixClass(of: end.address))
    }

    /// The same of addresses without a VM, of a class of the promises' partition.
    mutating func membership(ofStrangers prefixClass: Int) -> Int {
        membership.number(nil, owner: nil, prefixClass: prefixClass)
    }
}

extension PolicyEndpoint {
    /// The addresses at which it has a role.
    fileprivate func addresses(as role: PromiseEnds.Role) -> [IPAddress] {
        switch role {
        case .sender: sendingAddresses
        case .receiver: receivingAddresses
        case .groupReceiver: groupAddresses
        }
    }
}
