import Packet

/// Compiles ports one after another into parts that they share.
struct PortCompiler {
    /// An address of a VM, and what it is to the rules.
    struct Place: Hashable, Sendable {
        let address: IPAddress
        let peerClass: Int
        let prefixClass: Int
    }

    /// A VM's endpoint with what the compiler needs to know of it.
    struct Subject: Sendable {
        let endpoint: PolicyEndpoint
        let identity: Identity
        /// Its network, as an index.
        let network: Int
        /// Its addresses, the one formed from its MAC address last.
        let places: [Place]
        /// The files whose `for` names it, ascending.
        let files: [UInt32]
    }

    /// One cell where two rules of a tier contradict each other, with a packet that shows it.
    struct Evidence {
        let conflict: RowBuilder.Conflict
        let direction: TrafficDirection
        let endpoint: PolicyEndpoint
        let own: IPAddress
        let peer: IPAddress
    }

    let book: RuleBook
    let world: PolicyWorld
    let budget: CompileBudget
    var parts: PartStore
    private(set) var evidence: [Evidence] = []
    /// Whether parts of an earlier policy are there.
    private let isUpdate: Bool
    /// The parts that were held against contradictions, with those that have some.
    private var checked: [PolicyPart.Key: PolicyPart?] = [:]
    /// The boundaries that merged parts may still be expected to need, on all ports together.
    private var mergedWork = 1 << 21

    /// - Parameter parts: those of an earlier policy.
    init(
        _ book: RuleBook, _ world: PolicyWorld, _ budget: CompileBudget,
        _ parts: PartStore = PartStore()
    ) {
        self.book = book
        self.world = world
        self.budget = budget
        self.parts = parts
        isUpdate = !parts.parts.isEmpty
    }

    /// Whether a port with all parts and all rules would be within the budget of a port: then every
    /// one is.
    var fitsAnyPort: Bool {
        let isAnyAddressUsed = world.subjects.contains { $0.endpoint.anyAddress }
        let ownCount = 1 << 13 + (isAnyAddressUsed ? world.partition.pieceCount : 0)
        var usages = [true, false].map { PortUsage(byteCount: ownCount * 8, isMerged: $0) }
        usages[1].note(ruleCount: book.ruleCount)
        for (index, part) in parts.parts.enumerated() {
            usages[part.key.form.isMerged ? 0 : 1].add(part, at: UInt32(index))
        }
        return !usages[0].isOver(budget) && (budget.chained == nil || !usages[1].isOver(budget))
    }

    /// Compiles one port; nil when no file selects it.
    mutating func compile(_ subject: Subject) throws(BudgetFault) -> PortBlocks? {
        guard !subject.files.isEmpty else { return nil }
        let port = PortPlan(subject, book)
        let own = world.ownSamples(subject.endpoint)
        let isMerged = isMergedOnly(port) || fitsMerged(port, own)
        if isMerged, let blocks = try compile(port, own, merged: true) { return blocks }
        if let blocks = try compile(port, own, merged: false) { return blocks }
        throw BudgetFault("the rules at the port of vm \(subject.endpoint.vm) do not fit")
    }

    /// Whether the port has to fit into the merged form.
    private func isMergedOnly(_ port: PortPlan) -> Bool { budget.chained == nil || port.isAudited }

    /// Whether the merged form can be expected to fit into the budget of a port.
    private mutating func fitsMerged(
        _ port: PortPlan, _ own: [Int: AddressSamples]
    ) -> Bool {
        var boundaryCount = 0
        for (number, _) in own {
            for direction in [TrafficDirection.egress, .ingress] {
                let nodes = book.ruleNodes(port.subject, number, direction, world)
                boundaryCount += parts.estimates.boundaryCount(nodes, direction, (book, world))
            }
            if boundaryCount > budget.boundaryCountPerPort { return false }
        }
        mergedWork -= boundaryCount
        return mergedWork >= 0
    }

    /// The blocks of a port; nil when the merged form does not fit and the chained one may.
    private mutating func compile(
        _ port: PortPlan, _ own: [Int: AddressSamples], merged: Bool
    ) throws(BudgetFault) -> PortBlocks? {
        var blocks = PortBlocks.Draft()
        var usage = PortUsage(byteCount: own.count * 8, isMerged: merged)
        for (number, samples) in own.sorted(by: { $0.key < $1.key }) {
            for direction in [TrafficDirection.egress, .ingress] {
                let cell = PortPlan.Cell(
                    direction: direction,
                    nodes: book.ruleNodes(port.subject, number, direction, world), own: samples)
                let keys = merged ? [[port.merged(cell)]] : port.chained(cell, book)
                var stages: [PortBlocks.Stage] = []
                var ruleCount = 0
                for (rank, keys) in keys.enumerated() {
                    let indices = try indices(keys, port.subject, &usage)
                    guard let indices else {
                        if merged, !isMergedOnly(port) { return nil }
                        throw usage.fault(port, budget)
                    }
                    for index in indices {
                        try note(contradictionsOf: parts[index], cell, port.subject)
                    }
                    ruleCount += indices.reduce(0) { $0 + parts[$1].peers.ruleCount }
                    stages.append(
                        PortBlocks.Stage(
                            parts: indices, isMerged: merged,
                            fallback: merged ? 0 : port.stages[rank].fallback))
                }
                usage.note(ruleCount: ruleCount)
                if !merged { try checkContradictions(cell, port) }
                blocks.add(number, stages, direction)
            }
        }
        if usage.isOver(budget) {
            if merged, !isMergedOnly(port) { return nil }
            throw usage.fault(port, budget)
        }
        return blocks.finished
    }

    /// Where the parts of `keys` stand in the store, built where there are none; nil over budget.
    private mutating func indices(
        _ keys: [PolicyPart.Key], _ subject: Subject, _ usage: inout PortUsage
    ) throws(BudgetFault) -> [UInt32]? {
        var indices: [UInt32] = []
        for key in keys {
            let index: UInt32
            if let known = parts.index(of: key) {
                index = known
            } else {
                guard let part = part(key, &usage) else { return nil }
                index = parts.add(part)
                try BudgetFault.checkHost(parts.byteCount, budget)
            }
            usage.add(parts[index], at: index)
            if usage.isOver(budget) { return nil }
            indices.append(index)
        }
        return indices
    }

    /// A part that the store does not have; nil over the limit, which `usage` notes.
    private func part(_ key: PolicyPart.Key, _ usage: inout PortUsage) -> PolicyPart? {
        let limit = usage.limit(budget)
        if let part = adapted(key, limit) { return part }
        var draft = PartDraft(key, (book, world), limit: limit)
        let part = draft.build()
        if part == nil { usage.noteOver(draft.rows.boundaryCount, budget) }
        return part
    }

    /// The most rules of nodes that differ: each may put a peer in among all others.
    private static let adaptedRuleCountMax = 1_024

    /// A part made from one of an earlier policy, whose nodes differ in few rules; nil when there
    /// is none, or it had better be built.
    private func adapted(
        _ key: PolicyPart.Key, _ limit: (boundaries: Int, words: Int)
    ) -> PolicyPart? {
        guard isUpdate else { return nil }
        let ruleCount = { (node: UInt32) in book.index.rules(of: node, key.direction).count }
        let all = key.nodes.reduce(0) { $0 + ruleCount($1) }
        let limit = (rules: min(all / 4, Self.adaptedRuleCountMax), part: limit)
        guard all >= 4,
            let (part, nodes) = parts.nearest(to: key, differingBelow: limit.rules, ruleCount)
        else { return nil }
        let peers = nodes.flatMap { node in
            book.index.rules(of: node, key.direction).compactMap { key.peer(of: $0, book) }
        }
        var draft = PartDraft(key, patching: part, (book, world), limit: limit.part)
        return draft.patch(nodes: Set(peers), classes: [])
    }

    // MARK: contradictions

    /// The most words that merging a port's rows for the sake of contradictions may take.
    private static let checkedWordCountMax = 1 << 23

    /// Chained rows never meet: where files of a tier may differ, the rows are merged for once.
    private mutating func checkContradictions(
        _ cell: PortPlan.Cell, _ port: PortPlan
    ) throws(BudgetFault) {
        let key = port.merged(cell)
        guard PortPlan.isContested(port.subject.files, book) else { return }
        if checked[key] == nil {
            var draft = PartDraft(
                key, (book, world), limit: (.max, Self.checkedWordCountMax))
            guard let part = draft.build() else {
                throw BudgetFault(
                    "the rules at the port of vm \(port.subject.endpoint.vm) are too many to hold "
                        + "the files of one tier against each other")
            }
            checked[key] = part.contradictions.isEmpty ? .some(nil) : part
        }
        guard let part = checked[key] ?? nil else { return }
        try note(contradictionsOf: part, cell, port.subject)
    }

    /// Notes the contradictions of a part that a packet can show.
    ///
    /// - Throws: when there is none among those listed, and more are not.
    private mutating func note(
        contradictionsOf part: PolicyPart, _ cell: PortPlan.Cell, _ subject: Subject
    ) throws(BudgetFault) {
        for contradiction in part.contradictions where evidence.count < PolicyErrors.countMax {
            note(contradiction, part, cell, subject)
        }
        guard part.hasMoreContradictions, evidence.isEmpty else { return }
        throw BudgetFault(
            "files of one tier contradict each other in more places than can be searched for a "
                + "packet at the port of vm \(subject.endpoint.vm)")
    }

    private mutating func note(
        _ contradiction: PolicyPart.Contradiction, _ part: PolicyPart, _ cell: PortPlan.Cell,
        _ subject: Subject
    ) {
        let conflict = contradiction.conflict
        let isKnown = evidence.contains {
            $0.conflict.first == conflict.first && $0.conflict.second == conflict.second
        }
        guard !isKnown else { return }
        let candidates =
            contradiction.peerClass >= 0
            ? [contradiction.peerClass]
            : (0..<world.classes.count).filter { part.value(of: UInt32($0)) == 0 }
        for candidate in candidates {
            let peer = world.samples(of: candidate, in: subject.network)
            guard let pair = cell.own.pair(with: peer) else { continue }
            evidence.append(
                Evidence(
                    conflict: conflict, direction: cell.direction, endpoint: subject.endpoint,
                    own: pair.own, peer: pair.peer))
            return
        }
    }
}

extension RuleBook {
    /// The nodes that name a VM when it bears an address of this prefix class, and have rules there
    /// in force.
    func ruleNodes(
        _ subject: PortCompiler.Subject, _ prefixClass: Int, _ direction: TrafficDirection,
        _ world: PolicyWorld
    ) -> [UInt32] {
        graph.memberList(subject.identity, world.partition.bits(of: prefixClass))
            .union(graph.universalNodes.sorted())
            .filter { !index.rules(of: $0, direction).isEmpty }
    }
}
