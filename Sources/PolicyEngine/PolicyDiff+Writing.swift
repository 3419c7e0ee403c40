import Packet

/// The groups of all files, with names that tell them apart.
struct DiffGroups {
    private(set) var graph = SelectorGraph()
    private(set) var nodes: [(name: String, node: Int)] = []
    /// Whom the rules speak of that differ; nil when more differs than rules.
    private(set) var scope: DiffScope?

    /// A name means what it means in the new policy, if it stands there at all.
    init(old: [PolicyFile], new: [PolicyFile], _ difference: RuleDifference?) {
        let named = append(new)
        let known = Set(named.map(\.name))
        add(named)
        add(append(old).filter { !known.contains($0.name) })
        scope = difference.map { difference in
            var scope = DiffScope()
            for (files, places) in [(old, difference.removed), (new, difference.inserted)] {
                for place in places {
                    let groups = graph.nodes(ofGroupsIn: files[place.file])
                    let rule = files[place.file].rules[place.index]
                    scope.senders.append(graph.node(of: rule.senders, groups: groups))
                    scope.receivers.append(graph.node(of: rule.receivers, groups: groups))
                }
            }
            return scope
        }
        graph.freeze()
    }

    private typealias Named = (name: String, policy: String, node: Int)

    private mutating func append(_ files: [PolicyFile]) -> [Named] {
        files.flatMap { file in
            let nodes = graph.nodes(ofGroupsIn: file)
            return file.groups.compactMap { group in
                nodes[group.name.value].map { (group.name.value, file.name.value, $0) }
            }
        }
    }

    /// A name that means different things in different files is told with its file's.
    private mutating func add(_ named: [Named]) {
        let meanings = Dictionary(grouping: named, by: \.name).mapValues { Set($0.map(\.node)) }
        var seen: Set<String> = []
        for (name, policy, node) in named {
            let text = meanings[name]?.count == 1 ? name : "\(policy)/\(name)"
            if seen.insert(text).inserted { nodes.append((text, node)) }
        }
    }
}

/// The packets whose verdict can differ: those from `senders` to `receivers`, nodes of
/// ``DiffGroups/graph``. No other packet meets a rule that differs.
struct DiffScope {
    var senders: [Int] = []
    var receivers: [Int] = []
}

/// Turns blocks into lines.
struct DiffWriter {
    private let ends: DiffEnds
    private let changes: DiffCells
    private let folding: DiffFolding
    private let senders: DiffNaming
    private let receivers: DiffNaming

    init(_ changes: DiffCells, _ groups: DiffGroups, _ cells: AddressCells) {
        ends = changes.ends
        self.changes = changes
        folding = DiffFolding(ends, changes.values)
        senders = DiffNaming(ends.senders, ends, groups.nodes, cells)
        receivers = DiffNaming(ends.receivers, ends, groups.nodes, cells)
    }

    /// The lines of `rows`, each once, and how many changes are left out.
    ///
    /// - Parameter limit: the most lines, whose lists are shortened then; nil for all, whole.
    func lines(
        _ rows: [[DiffCells.Cell]], isGained: Bool, limit: Int?
    ) -> (lines: [PolicyDiff.Line], omittedCount: Int) {
        var folding = folding
        var lines: [PolicyDiff.Line] = []
        var seen: Set<String> = []
        var blocks = folding.fold(rows)[...]
        while lines.count < limit ?? .max, let block = blocks.popFirst() {
            let (from, to) = words(block)
            let lists = [from, to, block.services.words]
            let parts = limit == nil ? lists : lists.map(Self.shortened)
            let line = PolicyDiff.Line(
                isGained: isGained, senders: parts[0], receivers: parts[1], services: parts[2],
                whole: lists, isToAll: ends.isToAll)
            if seen.insert(line.description).inserted { lines.append(line) }
        }
        return (lines, blocks.count)
    }

    /// The words for both sides. One is named strictly: its words mean its units and no other. Then
    /// only what can talk to these matters on the other side.
    private func words(_ block: DiffFolding.Block) -> (senders: [String], receivers: [String]) {
        var reached = BitSet(below: ends.receivers.count)
        for sender in block.senders.members { reached = reached.union(folding.possible[sender]) }
        var reaching = BitSet(below: ends.senders.count)
        for sender in ends.senders.indices
        where !folding.possible[sender].intersection(block.receivers).isEmpty {
            reaching[sender] = true
        }
        let bySenders = (
            senders.words(block.senders, among: .full(ends.senders.count)),
            receivers.words(block.receivers, among: reached)
        )
        let byReceivers = (
            senders.words(block.senders, among: reaching),
            receivers.words(block.receivers, among: .full(ends.receivers.count))
        )
        let counts = [bySenders, byReceivers].map { $0.0.count + $0.1.count }
        return counts[0] < counts[1] ? bySenders : byReceivers
    }

    private static func shortened(_ words: [String]) -> [String] {
        guard words.count > PolicyDiff.wordCountMax + 1 else { return words }
        let rest = words.count - PolicyDiff.wordCountMax
        return words.prefix(PolicyDiff.wordCountMax) + ["… (\(rest) more)"]
    }
}

extension BitSet {
    /// All numbers below `bound`.
    fileprivate static func full(_ bound: Int) -> BitSet {
        var full = BitSet(below: bound)
        for number in 0..<bound { full[number] = true }
        return full
    }
}
