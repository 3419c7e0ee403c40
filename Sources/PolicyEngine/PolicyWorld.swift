import Packet

/// The endpoints of a universe as the compiler sees them, network by network.
struct PolicyWorld: Sendable {
    let partition: PrefixPartition
    /// The classes of addresses without a VM, the same in every network.
    let strangers: PeerClasses
    private(set) var networks: [PeerClasses] = []
    private(set) var subjects: [PortCompiler.Subject] = []
    private(set) var warnings: [PolicyWarning] = []

    init(_ book: RuleBook, _ universe: PolicyUniverse) {
        partition = PrefixPartition(book.graph)
        strangers = PeerClasses(book, partition)
        var numbers = Interner<VNI>()
        for endpoint in universe.endpoints {
            subjects.append(
                PortCompiler.Subject(
                    endpoint: endpoint, identity: Identity(endpoint, book.graph),
                    network: numbers.number(of: endpoint.network)))
        }
        networks = numbers.values.map { _ in strangers }
        let bound = subjects.map { ($0, $0.endpoint.addresses) }
        let formed = subjects.map { ($0, [IPAddress.linkLocal($0.endpoint.mac)]) }
        for (subject, addresses) in bound + formed {
            networks[subject.network].add(addresses, subject.identity, in: (book, partition))
        }
        for index in networks.indices { networks[index].noteStrangers(of: partition) }
        warnings = book.scopes.indices.compactMap { warning(book, $0) }
    }

    /// A remark when the `for` of a file selects no VM.
    private func warning(_ book: RuleBook, _ scope: Int) -> PolicyWarning? {
        let isUsed = subjects.contains { subject in
            selects(book.scopes[scope].selector, subject, book)
        }
        guard !isUsed else { return nil }
        let file = book.files[scope]
        return PolicyWarning(
            path: file.source.path, position: file.selector.position,
            message: "`for` of policy `\(file.name.value)` selects no VM yet; "
                + "its rules bind as soon as one is attached")
    }

    /// Whether a node names the VM, by its identity or by one of its addresses.
    private func selects(
        _ node: Int, _ subject: PortCompiler.Subject, _ book: RuleBook
    ) -> Bool {
        book.graph.members(subject.identity, partition.bits(of: subject.endpoint))[node]
    }
}

extension PrefixPartition {
    /// The prefixes that hold any address of an endpoint.
    func bits(of endpoint: PolicyEndpoint) -> PrefixBits {
        var bits = classes.values[prefixClass(of: .linkLocal(endpoint.mac))]
        for address in endpoint.addresses {
            bits.formUnion(classes.values[prefixClass(of: address)])
        }
        return bits
    }
}
