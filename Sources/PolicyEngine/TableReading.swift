import Packet

/// Reads the compiled words of a policy for people's questions: proofs, diffs, reports.
///
/// Beside ``PolicyTable``, which decides frames, this is the only place that knows how the words
/// are laid out. It answers for every VM of the universe, also for those on other hosts.
/// Whoever changes the layout changes it here, and nowhere else.
package struct TableReading: Sendable {
    /// A run of services with one verdict: from `first` to before the next segment.
    struct Segment: Hashable, Sendable {
        let first: ServiceKey
        let verdict: Verdict
    }

    /// What one end decides about all its peers, for one class of its own address.
    struct Peers: Hashable, Sendable {
        fileprivate let offset: UInt32
    }

    /// What one end decides about one class of peers. Equal rows decide alike.
    struct Row: Hashable, Sendable {
        fileprivate let offset: UInt32
        /// A small number that no other row has, for tables indexed by rows.
        var number: Int { Int(offset) }
    }

    /// The owner of the words.
    private let policy: CompiledPolicy
    private let table: PolicyTable

    /// A reading of `policy`, which lives as long as this.
    package init(_ policy: CompiledPolicy) {
        self.policy = policy
        table = policy.table
    }

    /// One more than the highest ``Row/number``.
    var rowNumberEnd: Int { policy.wordCount }

    /// How many classes of peers a network of ``PolicyWorld/networks`` has.
    func peerClassCount(in network: Int) -> Int { policy.world.networks[network].sides.count }

    /// The class of `address` at a port's own end.
    func ownClass(of address: IPAddress) -> Int { policy.world.partition.prefixClass(of: address) }

    /// The class of `address` as a peer in a network.
    func peerClass(of address: IPAddress, in network: Int) -> Int {
        let classes = policy.world.networks[network]
        return classes.hosts[address]?.peerClass ?? classes.ofPrefixClass[ownClass(of: address)]
    }

    /// What the end of `subject` (an index of ``PolicyWorld/subjects``) decides in `direction`
    /// when its own address is of `ownClass`; nil when it denies everything by default.
    func peers(of subject: Int, _ direction: TrafficDirection, ownClass: Int) -> Peers? {
        guard let tables = policy.subjectTables[subject] else { return nil }
        let own = direction == .egress ? tables.egress : tables.ingress
        let offset = word(Int(own) + ownClass)
        return offset == 0 ? nil : Peers(offset: offset)
    }

    /// The row for one class of peers.
    func row(_ peers: Peers, peerClass: Int) -> Row {
        Row(offset: word(Int(peers.offset) + peerClass))
    }

    /// The segments of a row: ascending, the first from service 0 on, neighbours different.
    func segments(of row: Row) -> [Segment] {
        let count = Int(word(row.number))
        return (0..<count).map { index in
            Segment(
                first: ServiceKey(rawValue: word(row.number + 1 + index)),
                verdict: Verdict(rawValue: word(row.number + 1 + count + index)))
        }
    }

    /// What the end of `subject` (an index of the universe's endpoints) decides about a packet, as
    /// ``PolicyTable/classify(port:_:_:)`` does for the ports of this host.
    package func verdict(
        of subject: Int, _ direction: TrafficDirection, _ question: PolicyQuestion
    ) -> Verdict {
        let network = policy.world.subjects[subject].network
        let ownClass = ownClass(of: question.own)
        guard let peers = peers(of: subject, direction, ownClass: ownClass) else {
            return .denyByDefault
        }
        let peerClass = peerClass(of: question.peer, in: network)
        return verdict(row(peers, peerClass: peerClass), question.service)
    }

    /// The verdict of a row on one service.
    func verdict(_ row: Row, _ service: ServiceKey) -> Verdict {
        segments(of: row).last { $0.first <= service }?.verdict ?? .denyByDefault
    }

    /// The services that a row lets pass.
    func passing(_ row: Row) -> ServiceSet {
        let count = Int(word(row.number))
        let start = row.number + 1
        var ranges: [ServiceRange] = []
        for index in 0..<count where Verdict(rawValue: word(start + count + index)).passes {
            let last =
                index + 1 < count ? word(start + index + 1) - 1 : ServiceRange.all.last.rawValue
            ranges.append(
                ServiceRange(
                    ServiceKey(rawValue: word(start + index)), ServiceKey(rawValue: last)))
        }
        return ServiceSet(ascending: ranges)
    }

    private func word(_ index: Int) -> UInt32 { unsafe table.words[index] }
}

extension Verdict {
    /// Whether the packet goes on: allowed, or only recorded by a file in audit mode.
    var passes: Bool { action == .allow || isAudited }
}
