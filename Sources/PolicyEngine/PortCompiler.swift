import Packet

/// Compiles ports one after another into shared words.
struct PortCompiler {
    /// A VM's endpoint with what the compiler needs to know of it.
    struct Subject: Sendable {
        let endpoint: PolicyEndpoint
        let identity: Identity
        /// Its network, as an index.
        let network: Int
    }

    /// Where a port's tables begin: for each prefix class of the own address, a table of rows.
    struct Tables: Sendable {
        let egress: UInt32
        let ingress: UInt32
    }

    /// One cell where two rules of a tier contradict each other, with a packet that shows it.
    struct Evidence {
        let conflict: RowBuilder.Conflict
        let direction: TrafficDirection
        let endpoint: PolicyEndpoint
        let own: IPAddress
        let peer: IPAddress
    }

    private let book: RuleBook
    private let partition: PrefixPartition
    private let networks: [PeerClasses]
    private(set) var words = TableWords()
    private(set) var evidence: [Evidence] = []
    private(set) var usage: RuleUsage

    private var chains = Interner<DefaultChain>()
    private var rows: [RowKey: UInt32] = [:]
    private var tables: [TableKey: Table] = [:]

    private struct RowKey: Hashable {
        let chain: Int
        let rules: BitSet
    }

    private struct TableKey: Hashable {
        let network: Int
        let direction: TrafficDirection
        let chain: Int
        let rules: BitSet
        let families: [Bool]
    }

    /// A table from peer class to row, and the rows in it.
    private struct Table {
        let offset: UInt32
        let byteCount: Int
        let rows: Set<UInt32>
    }

    init(_ book: RuleBook, _ partition: PrefixPartition, _ networks: [PeerClasses]) {
        self.book = book
        self.partition = partition
        self.networks = networks
        usage = RuleUsage(ruleCount: book.rules.count)
    }

    /// Compiles one port; nil when no file selects it.
    mutating func compile(
        _ subject: Subject, _ budget: CompileBudget
    ) throws(BudgetFault) -> Tables? {
        let files = selectedFiles(subject)
        guard !files.isEmpty else { return nil }
        usage.files.formUnion(files)
        var mask = BitSet(below: book.rules.count)
        for file in files {
            for rule in book.scopes[file].rules where !book.rules[rule].isExpired {
                mask[rule] = true
            }
        }
        let chain = DefaultChain(files.map { book.scopes[$0] })
        let port = Port(subject: subject, rules: mask, chain: chains.number(of: chain))
        return try compile(port, budget)
    }

    /// The files whose `for` names the VM, by its identity or by one of its addresses.
    private func selectedFiles(_ subject: Subject) -> [Int] {
        let bits = partition.bits(of: subject.endpoint)
        let members = book.graph.members(subject.identity, bits)
        return book.scopes.indices.filter { members[book.scopes[$0].selector] }
    }

    /// A port with the rules that may decide there, and its chain of defaults.
    private struct Port {
        let subject: Subject
        let rules: BitSet
        let chain: Int
    }

    private mutating func compile(
        _ port: Port, _ budget: CompileBudget
    ) throws(BudgetFault) -> Tables {
        var egress = [UInt32](repeating: 0, count: partition.classes.values.count)
        var ingress = egress
        var usage = PortUsage(byteCount: egress.count * 8)
        for (prefixClass, samples) in ownSamples(port.subject.endpoint) {
            let members = book.graph.members(
                port.subject.identity, partition.classes.values[prefixClass])
            let sides = book.index.sides(of: members)
            for direction in [TrafficDirection.egress, .ingress] {
                let own = direction == .egress ? sides.senders : sides.receivers
                let cell = Cell(
                    port: port, direction: direction, rules: port.rules.intersection(own),
                    own: samples)
                let table = try table(cell, budget)
                usage.add(table.rows, table.offset, table.byteCount, words)
                if direction == .egress {
                    egress[prefixClass] = table.offset
                } else {
                    ingress[prefixClass] = table.offset
                }
                try usage.check(budget, port.subject.endpoint)
            }
        }
        return Tables(egress: words.append(egress), ingress: words.append(ingress))
    }

    /// The prefix classes that the port's own address may have, each with an example.
    private func ownSamples(_ endpoint: PolicyEndpoint) -> [Int: PeerClasses.Samples] {
        var samples: [Int: PeerClasses.Samples] = [:]
        var addresses = endpoint.ownedAddresses
        if endpoint.anyAddress {
            addresses += partition.singles.keys
            addresses += (partition.ipv4 + partition.ipv6).map(\.first)
        }
        for address in addresses {
            samples[partition.prefixClass(of: address), default: .init()].note(address)
        }
        return samples
    }

    /// One own class of a port in one direction.
    private struct Cell {
        let port: Port
        let direction: TrafficDirection
        let rules: BitSet
        let own: PeerClasses.Samples
    }

    private mutating func table(
        _ cell: Cell, _ budget: CompileBudget
    ) throws(BudgetFault) -> Table {
        let key = TableKey(
            network: cell.port.subject.network, direction: cell.direction, chain: cell.port.chain,
            rules: cell.rules, families: [cell.own.ipv4 != nil, cell.own.ipv6 != nil])
        if let table = tables[key] { return table }
        let classes = networks[cell.port.subject.network]
        var usage = PortUsage(byteCount: classes.sides.count * 4)
        let offsets = try zip(classes.sides, classes.samples).map {
            (sides, samples) throws(BudgetFault) in
            let peer = cell.direction == .egress ? sides.receivers : sides.senders
            let row = row(cell, cell.rules.intersection(peer), cell.own.pair(with: samples))
            usage.add(row: row, words)
            try usage.check(budget, cell.port.subject.endpoint)
            try BudgetFault.checkHost(words.byteCount, budget)
            return row
        }
        let table = Table(
            offset: words.append(offsets), byteCount: offsets.count * 4, rows: Set(offsets))
        tables[key] = table
        return table
    }

    /// The row of one pair of classes; one that no packet can have (`pair` is nil) has no rules.
    private mutating func row(
        _ cell: Cell, _ rules: BitSet, _ pair: (own: IPAddress, peer: IPAddress)?
    ) -> UInt32 {
        let rules = pair == nil ? BitSet(below: book.rules.count) : rules
        let key = RowKey(chain: cell.port.chain, rules: rules)
        if let offset = rows[key] { return offset }
        let matching = rules.members
        let (row, conflicts, covered) = RowBuilder.row(
            book, matching: matching, chains.values[cell.port.chain])
        usage.note(matching, covered: covered, book)
        if let pair { note(conflicts, cell, pair) }
        let offset = words.offset(of: row)
        rows[key] = offset
        return offset
    }

    private mutating func note(
        _ conflicts: [RowBuilder.Conflict], _ cell: Cell, _ pair: (own: IPAddress, peer: IPAddress)
    ) {
        for conflict in conflicts where evidence.count < PolicyErrors.countMax {
            let isKnown = evidence.contains {
                $0.conflict.first == conflict.first && $0.conflict.second == conflict.second
            }
            guard !isKnown else { continue }
            evidence.append(
                Evidence(
                    conflict: conflict, direction: cell.direction,
                    endpoint: cell.port.subject.endpoint, own: pair.own, peer: pair.peer))
        }
    }
}
