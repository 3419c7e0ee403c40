import Packet

/// The endpoints of a universe as the compiler sees them, network by network.
struct PolicyWorld: Sendable {
    /// What an address of a VM is to the rules.
    struct Host: Sendable {
        /// Whose it is.
        let subject: Int
        let peerClass: Int
        let prefixClass: Int
    }

    /// A network with the addresses of its VMs.
    struct Network: Sendable {
        let vni: VNI
        var hosts: [IPAddress: Host] = [:]
    }

    private(set) var partition: PrefixPartition
    private(set) var classes = AddressClasses()
    private(set) var networks: [Network] = []
    private(set) var subjects: [PortCompiler.Subject] = []

    init(_ book: RuleBook, _ universe: PolicyUniverse) {
        partition = PrefixPartition(book.graph)
        guard !partition.isOverBudget else { return }
        classes = AddressClasses(book.graph, partition)
        guard !classes.isOverBudget else { return }
        var numbers: [VNI: Int] = [:]
        for endpoint in universe.endpoints {
            let network = numbers[endpoint.network] ?? networks.count
            if network == networks.count {
                numbers[endpoint.network] = network
                networks.append(Network(vni: endpoint.network))
            }
            subjects.append(subject(endpoint, network, book))
        }
        classes.index(book.graph)
        for network in networks.indices { settle(network) }
    }

    /// Whether the selectors overlap so much that no tables can be made.
    var isOverBudget: Bool { partition.isOverBudget || classes.isOverBudget }

    private mutating func subject(
        _ endpoint: PolicyEndpoint, _ network: Int, _ book: RuleBook
    ) -> PortCompiler.Subject {
        let identity = Identity(endpoint, book.graph)
        var places: [PortCompiler.Place] = []
        for address in endpoint.ownedAddresses {
            let prefixClass = partition.prefixClass(of: address)
            let nodes = book.graph.memberList(identity, partition.bits(of: prefixClass))
            let peerClass = classes.number(of: nodes, in: &partition)
            places.append(
                PortCompiler.Place(
                    address: address, peerClass: peerClass, prefixClass: prefixClass))
        }
        let members = book.graph.memberList(identity, partition.bits(of: endpoint))
        return PortCompiler.Subject(
            endpoint: endpoint, identity: identity, network: network, places: places,
            files: book.scopes.indices.map { UInt32($0) }.filter {
                book.graph.names(book.scopes[Int($0)].selector, members)
            })
    }

    /// Gives each address of a network to its first owner; bound ones go before formed ones.
    private mutating func settle(_ network: Int) {
        var hosts: [IPAddress: Host] = [:]
        hosts.reserveCapacity(networks[network].hosts.count + 16)
        for isFormed in [false, true] {
            for (number, subject) in subjects.enumerated() where subject.network == network {
                let places = isFormed ? subject.places.suffix(1) : subject.places.dropLast()
                for place in places where hosts[place.address] == nil {
                    hosts[place.address] = Host(
                        subject: number, peerClass: place.peerClass,
                        prefixClass: place.prefixClass)
                }
            }
        }
        networks[network].hosts = hosts
    }

    /// What an edit of a policy did to the world.
    struct Update {
        /// The subjects, as numbered now, whose nodes or classes may differ.
        var subjects: Set<Int> = []
        /// The prefixes that the new nodes name.
        var newPrefixes: [IPPrefix] = []
    }

    /// Takes up what changed: `book` may have nodes that are new since.
    ///
    /// - Returns: nil when too much changes for it, and the world must be made anew.
    mutating func update(
        _ book: RuleBook, _ universe: PolicyUniverse, _ change: PolicyChange, newNodes: Range<Int>
    ) -> Update? {
        var update = Update(subjects: Set(change.newEndpoints))
        let unspecified = partition.prefixClass(of: .unspecifiedIPv4)
        let newTerms = book.graph.prefixTerms.reversed()
            .prefix { $0.node >= UInt32(newNodes.lowerBound) }.reversed()
        for node in newNodes where !book.graph[node].isUniversal {
            let terms = newTerms.filter { $0.node == UInt32(node) }
            guard !book.graph.linkedNodes.contains(UInt32(node)),
                !book.graph[node].included.isAny, partition.insert(terms)
            else { return nil }
            update.newPrefixes += terms.map(\.prefix)
        }
        guard let networks = numbers(of: universe) else { return nil }
        classes.addStrangers(book.graph, of: partition)
        let hasEndpoints = !change.oldEndpoints.isEmpty || !change.newEndpoints.isEmpty
        guard hasEndpoints || !newNodes.isEmpty else { return update }
        subjects.replaceSubrange(
            change.oldEndpoints,
            with: change.newEndpoints.map { number in
                let endpoint = universe.endpoints[number]
                return subject(endpoint, networks[endpoint.network] ?? 0, book)
            })
        let isUnspecifiedMoved = partition.prefixClass(of: .unspecifiedIPv4) != unspecified
        for (number, subject) in subjects.enumerated() where !update.subjects.contains(number) {
            guard
                newNodes.contains(where: { book.graph[$0].names(subject.endpoint) })
                    || !update.newPrefixes.isEmpty && isMoved(subject)
                    || isUnspecifiedMoved && !subject.endpoint.hasIPv4Address
            else { continue }
            subjects[number] = self.subject(subject.endpoint, subject.network, book)
            update.subjects.insert(number)
        }
        for network in self.networks.indices { settle(network) }
        return update
    }

    /// Whether an address of a VM has another class now.
    private func isMoved(_ subject: PortCompiler.Subject) -> Bool {
        subject.endpoint.anyAddress
            || subject.places.contains {
                partition.prefixClass(of: $0.address) != $0.prefixClass
            }
    }

    /// The networks of a universe by number; nil when they are not those of now, in their order:
    /// two worlds of one universe number them alike.
    private func numbers(of universe: PolicyUniverse) -> [VNI: Int]? {
        var numbers: [VNI: Int] = [:]
        for endpoint in universe.endpoints where numbers[endpoint.network] == nil {
            guard numbers.count < networks.count,
                networks[numbers.count].vni == endpoint.network
            else { return nil }
            numbers[endpoint.network] = numbers.count
        }
        return numbers.count == networks.count ? numbers : nil
    }

    /// A remark on each file that selects no VM.
    func warnings(_ book: RuleBook) -> [PolicyWarning] {
        book.scopes.indices.compactMap { warning(book, $0) }
    }

    private func warning(_ book: RuleBook, _ scope: Int) -> PolicyWarning? {
        guard !subjects.contains(where: { $0.files.holds(UInt32(scope)) }) else { return nil }
        let file = book.files[scope]
        return PolicyWarning(
            path: file.source.path, position: file.selector.position,
            message: "`for` of policy `\(file.name.value)` selects no VM yet; "
                + "its rules bind as soon as one is attached")
    }
}

extension PrefixPartition {
    /// The prefixes that hold any address of an endpoint.
    func bits(of endpoint: PolicyEndpoint) -> PrefixBits {
        var bits = bits(of: prefixClass(of: .linkLocal(endpoint.mac)))
        for address in endpoint.addresses {
            bits.formUnion(self.bits(of: prefixClass(of: address)))
        }
        return bits
    }
}
