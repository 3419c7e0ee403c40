import Packet

/// Makes a compiled policy from another one that differs little: single rules or endpoints changed,
/// added or removed, all on the same day.
struct PolicyUpdate {
    private let previous: CompiledPolicy
    private let files: [PolicyFile]
    private let universe: PolicyUniverse
    private let change: PolicyChange
    private let terms: CompileTerms

    /// - Parameter files: in any order.
    /// - Returns: nil when there is no other policy, or it differs in more.
    init?(_ files: [PolicyFile], _ universe: PolicyUniverse, _ terms: CompileTerms) {
        let sorted = RuleBook.sorted(files)
        guard let previous = terms.previous, previous.book.today == terms.today,
            let change = PolicyChange(from: previous, sorted, universe)
        else { return nil }
        self.previous = previous
        self.files = sorted
        self.universe = universe
        self.change = change
        self.terms = terms
    }

    /// After so many new nodes everything is made anew: what edits leave behind is waste.
    private static let nodeCountMax = 1_024

    /// The policy, and whether it keeps its promises if the former one does; nil when it is better
    /// compiled from the beginning.
    func policy() -> (policy: CompiledPolicy, promises: PromiseUpdate)? {
        // A contradiction among packets that no VM could send may come true with other VMs.
        guard previous.image.store.parts.allSatisfy({ isFreeOfContradictions($0) }) else {
            return nil
        }
        var book = previous.book
        let nodeCount = book.graph.nodeCount
        guard let moved = book.replace(files, change.rules) else { return nil }
        var world = previous.world
        guard book.graph.addedCount <= Self.nodeCountMax,
            let update = world.update(
                book, universe, change, newNodes: nodeCount..<book.graph.nodeCount),
            !world.isOverBudget,
            var (compiler, changedParts) = patched(book, world, moved)
        else { return nil }
        let toggled = toggledNodes(book, moved)
        // A port may have come over its budget by parts that have grown.
        if compiler.fitsAnyPort { changedParts = [] }
        var blocks = previous.image.blocks
        blocks.replaceSubrange(change.oldEndpoints, with: change.newEndpoints.map { _ in nil })
        for (number, subject) in world.subjects.enumerated() {
            guard
                update.subjects.contains(number) || isNamed(subject, toggled, (book, world))
                    || blocks[number]?.uses(changedParts) ?? false
            else { continue }
            do throws(BudgetFault) {
                blocks[number] = try compiler.compile(subject)
            } catch {
                return nil  // A full compilation says why, or finds room.
            }
        }
        guard compiler.evidence.isEmpty,
            let policy = finished(compiler, blocks, update.newPrefixes)
        else { return nil }
        let rules = moved.flatMap { [$0.old, book.rules[$0.number]] }
        return (policy, PromiseUpdate(from: previous, to: policy, change, rules))
    }

    private func isFreeOfContradictions(_ part: PolicyPart) -> Bool {
        part.contradictions.isEmpty
            && (part.key.form.isMerged || !PortPlan.isContested(part.key.files, previous.book))
    }

    private func finished(
        _ compiler: PortCompiler, _ blocks: [PortBlocks?], _ newPrefixes: [IPPrefix]
    ) -> CompiledPolicy? {
        let secret = previous.image.secret
        let addresses = AddressImage(
            compiler.world.partition, secret,
            after: (previous.image.addresses, previous.world.partition))
        let image = TableImage(compiler.world, compiler.parts, blocks, (addresses, secret))
        guard image.byteCount <= terms.budget.byteCountPerHost else { return nil }
        var strangers = files.promiseAlike(previous.files) ? previous.strangers : nil
        strangers?.takeUp(newPrefixes, compiler.world)
        let result = PolicyCompiler.finished(
            compiler, (universe, strangers ?? PromiseStrangers(files, compiler.world)), image,
            isAccepted: terms.isAccepted)
        return try? result.get()
    }

    /// The rules' own nodes in either direction that have now rules and had none, or the other way.
    private func toggledNodes(
        _ book: RuleBook, _ moved: [(number: Int, old: RuleBook.Rule)]
    ) -> Set<UInt32> {
        var toggled: Set<UInt32> = []
        for (number, old) in moved {
            let new = book.rules[number]
            for (direction, nodes) in [
                (TrafficDirection.egress, [old.senders, new.senders]),
                (.ingress, [old.receivers, new.receivers]),
            ] {
                for node in nodes {
                    let isEmpty = book.index.rules(of: UInt32(node), direction).isEmpty
                    let wasEmpty = previous.book.index.rules(of: UInt32(node), direction).isEmpty
                    if isEmpty != wasEmpty { toggled.insert(UInt32(node)) }
                }
            }
        }
        return toggled
    }

    private func isNamed(
        _ subject: PortCompiler.Subject, _ nodes: Set<UInt32>,
        _ world: (book: RuleBook, world: PolicyWorld)
    ) -> Bool {
        guard !nodes.isEmpty else { return false }
        if subject.endpoint.anyAddress || !nodes.isDisjoint(with: world.book.graph.universalNodes) {
            return true
        }
        return subject.endpoint.judgedAddresses.contains { address in
            let partition = world.world.partition
            let bits = partition.bits(of: partition.prefixClass(of: address))
            return world.book.graph.memberList(subject.identity, bits)
                .contains { nodes.contains($0) }
        }
    }

    // MARK: parts

    /// A compiler whose parts know the changed rules and the new classes, and which parts are new.
    private func patched(
        _ book: RuleBook, _ world: PolicyWorld, _ moved: [(number: Int, old: RuleBook.Rule)]
    ) -> (PortCompiler, changedParts: Set<UInt32>)? {
        var parts = previous.image.store
        for (number, old) in moved {
            for rule in [old, book.rules[number]] where !rule.isVacant {
                parts.estimates.forget(UInt32(rule.senders), .egress)
                parts.estimates.forget(UInt32(rule.receivers), .ingress)
            }
        }
        var compiler = PortCompiler(book, world, terms.budget, parts)
        var changedParts: Set<UInt32> = []
        let edges = edges(book, moved)
        let newClasses = classesOfNodes(
            (previous.world.classes.count..<world.classes.count).map { UInt32($0) }, world)
        for (index, part) in previous.image.store.parts.enumerated() {
            let nodes = changedPeers(of: part, edges, book)
            let classes = newClasses.reduce(into: Set<UInt32>()) { classes, item in
                if part.peers.index(of: item.key) != nil { classes.formUnion(item.value) }
            }
            guard !nodes.isEmpty || !classes.isEmpty else { continue }
            let limit = PortUsage(byteCount: 0, isMerged: part.key.form.isMerged)
                .limit(terms.budget)
            var draft = PartDraft(part.key, patching: part, (book, world), limit: limit)
            var new = draft.patch(nodes: nodes, classes: classes)
            if new == nil {
                var draft = PartDraft(part.key, (book, world), limit: limit)
                new = draft.build()
            }
            // Contradictions are told by a full compilation, with an example.
            guard let new, new.contradictions.isEmpty else { return nil }
            if !part.key.form.isMerged, PortPlan.isContested(part.key.files, book) { return nil }
            compiler.parts.replace(UInt32(index), by: new)
            changedParts.insert(UInt32(index))
        }
        guard !compiler.parts.isMostlyWaste else { return nil }
        return (compiler, changedParts)
    }

    /// For each node that names one of `classes`, those that it names.
    private func classesOfNodes(
        _ classes: [UInt32], _ world: PolicyWorld
    ) -> [UInt32: [UInt32]] {
        classes.reduce(into: [:]) { lists, number in
            for node in world.classes.members[Int(number)] {
                lists[node, default: []].append(number)
            }
        }
    }

    /// The nodes of the peers whose rules in a part are others now.
    private func changedPeers(
        of part: PolicyPart, _ edges: [Edge: Set<UInt32>], _ book: RuleBook
    ) -> Set<UInt32> {
        var nodes: Set<UInt32> = []
        for (edge, peers) in edges
        where edge.direction == part.key.direction && part.key.nodes.holds(edge.own)
            && part.key.holds(edge.file, book)
        {
            nodes.formUnion(peers)
        }
        return nodes
    }

    /// From what rules lead to their peers.
    private struct Edge: Hashable {
        let direction: TrafficDirection
        let own: UInt32
        let file: Int
    }

    /// The peers' nodes of the rules that were moved, and of those in their places now.
    private func edges(
        _ book: RuleBook, _ moved: [(number: Int, old: RuleBook.Rule)]
    ) -> [Edge: Set<UInt32>] {
        var edges: [Edge: Set<UInt32>] = [:]
        for rule in moved.flatMap({ [$0.old, book.rules[$0.number]] }) where !rule.isExpired {
            let (senders, receivers) = (UInt32(rule.senders), UInt32(rule.receivers))
            for (direction, own, peer) in [
                (TrafficDirection.egress, senders, receivers), (.ingress, receivers, senders),
            ] {
                let edge = Edge(direction: direction, own: own, file: rule.file)
                edges[edge, default: []].insert(peer)
            }
        }
        return edges
    }
}

extension PolicyPart.Form {
    var isMerged: Bool {
        if case .merged = self { true } else { false }
    }
}
