import Packet

/// Makes a compiled policy from another one that differs little: single rules replaced by others,
/// endpoints changed, added or removed, all on the same day.
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

    /// After so many new nodes, or this growth of the parts, everything is made anew: what edits
    /// leave behind is waste.
    private static let nodeCountMax = 1_024

    /// The policy, its promises unproven; nil when it is better compiled from the beginning.
    func policy() -> CompiledPolicy? {
        // A contradiction among packets that no VM could send may come true with other VMs.
        guard previous.image.store.parts.allSatisfy({ isFreeOfContradictions($0) }) else {
            return nil
        }
        var book = previous.book
        let nodeCount = book.graph.nodeCount
        let moved = book.replace(files, change.rules)
        var world = previous.world
        guard book.graph.addedCount <= Self.nodeCountMax,
            let update = world.update(
                book, universe, change, newNodes: nodeCount..<book.graph.nodeCount),
            !world.isOverBudget,
            // Who has no IPv4 address hears frames to all as 0.0.0.0, which is no place of his.
            !update.isPartitionNew || universe.endpoints.allSatisfy(\.hasIPv4Address),
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
        guard compiler.evidence.isEmpty else { return nil }
        return finished(compiler, blocks, isPartitionNew: update.isPartitionNew)
    }

    private func isFreeOfContradictions(_ part: PolicyPart) -> Bool {
        part.contradictions.isEmpty
            && (part.key.form.isMerged || !PortPlan.isContested(part.key.files, previous.book))
    }

    private func finished(
        _ compiler: PortCompiler, _ blocks: [PortBlocks?], isPartitionNew: Bool
    ) -> CompiledPolicy? {
        let secret = previous.image.secret
        let addresses =
            isPartitionNew
            ? AddressImage(compiler.world.partition, secret) : previous.image.addresses
        let image = TableImage(compiler.world, compiler.parts, blocks, (addresses, secret))
        guard image.byteCount <= terms.budget.byteCountPerHost else { return nil }
        let result = PolicyCompiler.finished(
            compiler, universe, image, isAccepted: terms.isAccepted)
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
        return subject.places.contains { place in
            let bits = world.world.partition.bits(of: place.prefixClass)
            return world.book.graph.memberList(subject.identity, bits)
                .contains { nodes.contains($0) }
        }
    }

    // MARK: parts

    /// A compiler whose parts know the changed rules and the new classes, and which parts are new.
    private func patched(
        _ book: RuleBook, _ world: PolicyWorld, _ moved: [(number: Int, old: RuleBook.Rule)]
    ) -> (PortCompiler, changedParts: Set<UInt32>)? {
        var compiler = PortCompiler(book, world, terms.budget, previous.image.store)
        var changedParts: Set<UInt32> = []
        let newClasses = (previous.world.classes.count..<world.classes.count).map { UInt32($0) }
        for (index, part) in previous.image.store.parts.enumerated() {
            let nodes = changedPeers(of: part, book, moved)
            let classes = newClasses.filter { number in
                world.classes.members[Int(number)].contains { part.peers.index(of: $0) != nil }
            }
            guard !nodes.isEmpty || !classes.isEmpty else { continue }
            let limit = PortUsage(byteCount: 0, isMerged: part.key.form.isMerged)
                .limit(terms.budget)
            var draft = PartDraft(patching: part, (book, world), limit: limit)
            var new = draft.patch(nodes: nodes, classes: Set(classes))
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
        guard compiler.parts.byteCount <= 2 * previous.image.store.byteCount + 1 << 20 else {
            return nil
        }
        return (compiler, changedParts)
    }

    /// The nodes of the peers whose rules in a part are others now.
    private func changedPeers(
        of part: PolicyPart, _ book: RuleBook, _ moved: [(number: Int, old: RuleBook.Rule)]
    ) -> Set<UInt32> {
        var nodes: Set<UInt32> = []
        for (number, old) in moved {
            for rule in [old, book.rules[number]] where part.key.files.holds(UInt32(rule.file)) {
                let isEgress = part.key.direction == .egress
                let own = UInt32(isEgress ? rule.senders : rule.receivers)
                guard part.key.nodes.holds(own),
                    part.key.form.holds(book.scopes[rule.file].tier.rank)
                else { continue }
                nodes.insert(UInt32(isEgress ? rule.receivers : rule.senders))
            }
        }
        return nodes
    }
}

extension PolicyPart.Form {
    var isMerged: Bool {
        if case .merged = self { true } else { false }
    }
}
