import Packet

/// The endpoints of a universe as the compiler sees them, network by network.
struct PolicyWorld: Sendable {
    /// What an address of a VM is to the rules.
    struct Host: Sendable {
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
    private(set) var warnings: [PolicyWarning] = []

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
        warnings = book.scopes.indices.compactMap { warning(book, $0) }
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
            let peerClass = classes.number(of: nodes, address, in: &partition)
            places.append(
                PortCompiler.Place(
                    address: address, peerClass: peerClass, prefixClass: prefixClass))
        }
        let members = book.graph.memberList(identity, partition.bits(of: endpoint))
        return PortCompiler.Subject(
            endpoint: endpoint, identity: identity, network: network, places: places,
            files: book.scopes.indices.filter { book.graph.names(book.scopes[$0].selector, members) }
                .map { UInt32($0) })
    }

    /// Gives each address of a network to its first owner; bound ones go before formed ones.
    private mutating func settle(_ network: Int) {
        var hosts: [IPAddress: Host] = [:]
        for isFormed in [false, true] {
            for subject in subjects where subject.network == network {
                let places = isFormed ? subject.places.suffix(1) : subject.places.dropLast()
                for place in places where hosts[place.address] == nil {
                    hosts[place.address] = Host(
                        peerClass: place.peerClass, prefixClass: place.prefixClass)
                }
            }
        }
        networks[network].hosts = hosts
    }

    /// A remark when the `for` of a file selects no VM.
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
