import Packet

/// A part while it is built.
struct PartDraft {
    let key: PolicyPart.Key
    let book: RuleBook
    let world: PolicyWorld
    /// The most boundaries and words.
    let limit: (boundaries: Int, words: Int)

    private(set) var peers = PeerRules()
    private(set) var rows = RowPool()
    private(set) var map = PartMap([], classCount: 1 << 20)
    private(set) var commonRow: UInt32 = 0
    private(set) var nodeRows: [UInt32] = []
    private(set) var contradictions: [PolicyPart.Contradiction] = []
    /// Whether there are more than these.
    private(set) var hasMoreContradictions = false

    private var entries: [(number: UInt32, value: UInt32)] = []
    private var groups = NumberLists()
    private var groupValues: [UInt32] = []
    /// The conflicts in the rows of the merged form.
    private var conflictsOfGroup: [Int: [RowBuilder.Conflict]] = [:]
    /// What the peers' nodes say.
    private var steps: PeerSteps
    /// Whether files may contradict each other, or are in audit mode: then rules are merged one by
    /// one (``RowBuilder``).
    private let isIntricate: Bool

    init(
        _ key: PolicyPart.Key, _ world: (book: RuleBook, world: PolicyWorld),
        limit: (boundaries: Int, words: Int)
    ) {
        self.key = key
        (book, self.world) = world
        self.limit = limit
        steps = PeerSteps(key, PeerRules(), book)
        let scopes = book.scopes
        isIntricate =
            key.form.isMerged
            && (PortPlan.isContested(key.files, book)
                || key.files.contains { scopes[Int($0)].isAudited })
    }

    /// A draft that begins with what `part` has, whose key may name other nodes.
    init(
        _ key: PolicyPart.Key, patching part: PolicyPart,
        _ world: (book: RuleBook, world: PolicyWorld), limit: (boundaries: Int, words: Int)
    ) {
        self.init(key, world, limit: limit)
        peers = part.peers
        nodeRows = part.nodeRows
        let poolStart = Int(part.storage[2])
        map = PartMap(part.storage.elements(4..<poolStart), size: part.storage[0])
        rows = RowPool(
            part.storage.elements(poolStart..<part.storage.count, reserving: 1 << 12),
            boundaryCount: part.boundaryCount)
        commonRow = max(part.storage[1], part.storage[3])
    }

    /// The part with the rules of some peers' nodes read anew, and some classes; nil when it had
    /// better be built anew: over the limit, or too much to do.
    mutating func patch(nodes: Set<UInt32>, classes: Set<UInt32>) -> PolicyPart? {
        let named = nodes.subtracting(book.graph.universalNodes)
        let isCommonNew = named.count < nodes.count
        guard !isCommonNew || key.form.depth > 0 else { return nil }
        let changed = PeerRules(pairs(at: named), universal: [])
        var classes = classes
        for node in named {
            let rules = changed.index(of: node).map { changed[Int($0)] } ?? []
            let (index, isNew) = peers.replace(node, Array(rules))
            if isNew { nodeRows.insert(0, at: index) } else { nodeRows[index] = 0 }
            classes.formUnion(world.classes.ofNode[Int(node)])
        }
        if isCommonNew {
            // All anew: a rule may have moved away, or from one name of everyone to another.
            peers.common = PeerRules(self.pairs(), universal: book.graph.universalNodes).common
        }
        steps = PeerSteps(key, peers, book)
        if isCommonNew { commonRow = rowOfCommon() }
        guard classes.count <= max(4_096, world.classes.count / 4) else { return nil }
        for number in classes.sorted() where isPossible(Int(number)) {
            let list = world.classes.members[Int(number)].compactMap { peers.index(of: $0) }
                .filter { !peers[Int($0)].isEmpty }
            map.set(number, list.isEmpty ? 0 : value(of: list, number))
        }
        guard !isOver, map.words.count + rows.words.count + 4 <= limit.words else { return nil }
        return PolicyPart(self)
    }

    /// The pairs of the part whose peer is one of `nodes`.
    private func pairs(at nodes: Set<UInt32>) -> [UInt64] {
        let other: TrafficDirection = key.direction == .egress ? .ingress : .egress
        return nodes.flatMap { node in
            book.index.rules(of: node, other).compactMap { number in
                let rule = book.rules[Int(number)]
                let own = key.direction == .egress ? rule.senders : rule.receivers
                guard key.nodes.holds(UInt32(own)), key.holds(rule.file, book) else { return nil }
                return UInt64(node) << 32 | UInt64(number)
            }
        }
    }

    /// Whether what was built so far is over the limit.
    private var isOver: Bool {
        rows.boundaryCount > limit.boundaries || rows.words.count + entries.count > limit.words
    }

    /// The part; nil when it would be over the limit.
    mutating func build() -> PolicyPart? {
        peers = PeerRules(pairs(), universal: book.graph.universalNodes)
        nodeRows = [UInt32](repeating: 0, count: peers.nodes.count)
        steps = PeerSteps(key, peers, book)
        commonRow = rowOfCommon()
        guard !isOver else { return nil }
        guard fill() else { return nil }
        entries.sort { $0.number < $1.number }
        contradictions.sort { $0.peerClass < $1.peerClass }
        map = PartMap(entries, classCount: world.classes.count)
        guard map.words.count + rows.words.count + 4 <= limit.words else { return nil }
        return PolicyPart(self)
    }

    /// The peer's node and the number of each rule of the part.
    private func pairs() -> [UInt64] {
        var pairs: [UInt64] = []
        for node in key.nodes {
            for number in book.index.rules(of: node, key.direction) {
                guard let peer = key.peer(of: number, book) else { continue }
                pairs.append(UInt64(peer) << 32 | UInt64(number))
            }
        }
        return pairs
    }

    /// Gives each class that a peer's node names its value.
    private mutating func fill() -> Bool {
        var first = [Int32](repeating: -1, count: world.classes.count)
        var links: [(index: Int32, next: Int32)] = []
        var touched: [UInt32] = []
        for index in peers.nodes.indices.reversed() {
            for number in world.classes.ofNode[Int(peers.nodes[index])] {
                guard isPossible(Int(number)) else { continue }
                if first[Int(number)] < 0 { touched.append(number) }
                links.append((Int32(index), first[Int(number)]))
                first[Int(number)] = Int32(links.count - 1)
            }
        }
        var list: [UInt32] = []
        for number in touched {
            list.removeAll(keepingCapacity: true)
            var link = first[Int(number)]
            while link >= 0 {
                list.append(UInt32(links[Int(link)].index))
                link = links[Int(link)].next
            }
            entries.append((number, value(of: list, number)))
            if isOver { return false }
        }
        return true
    }

    /// Whether a packet can have an own address and a peer of this class.
    private func isPossible(_ number: Int) -> Bool {
        !world.classes.families[number].isDisjoint(with: key.families)
    }

    /// The row or chain of a class that the peers' nodes in `list` name.
    private mutating func value(of list: [UInt32], _ number: UInt32) -> UInt32 {
        let group = groups.number(of: list[...])
        if group < groupValues.count {
            // Each class counts: a network may have some of a group and not the others.
            note(conflictsOfGroup[group] ?? [], Int(number))
            return groupValues[group]
        }
        let value: UInt32
        switch key.form {
        case .merged: value = mergedRow(list, Int(number))
        case .chained(_, 0): value = wholeRow(list)
        case .chained(_, let depth): value = chain(list, depth)
        }
        // A chain interns the lists of its own rows first.
        while groupValues.count <= group { groupValues.append(0) }
        groupValues[group] = value
        return value
    }

    /// The row that every class has, or that those have that no node names.
    private mutating func rowOfCommon() -> UInt32 {
        if key.form.isMerged { return mergedRow([], nil) }
        if peers.common.isEmpty { return 0 }
        return key.form.depth == 0
            ? wholeRow([]) : rows.append(steps.steps(of: [], withCommon: true))
    }

    // MARK: the merged form

    private mutating func mergedRow(_ list: [UInt32], _ number: Int?) -> UInt32 {
        guard isIntricate, case .merged(let chain) = key.form else { return wholeRow(list) }
        let matching = list.reduce(into: peers.common) { $0 += peers[Int($1)] }.sorted()
        let (row, conflicts, _) = RowBuilder.row(book, matching: matching.map { Int($0) }, chain)
        if number != nil, !conflicts.isEmpty {
            conflictsOfGroup[groups.number(of: list[...])] = conflicts
        }
        note(conflicts, number ?? -1)
        return rows.store(row)
    }

    /// The most contradictions that a part lists.
    private static let contradictionCountMax = 10_000

    private mutating func note(_ conflicts: [RowBuilder.Conflict], _ number: Int) {
        let room = Self.contradictionCountMax - contradictions.count
        hasMoreContradictions = hasMoreContradictions || conflicts.count > room
        contradictions += conflicts.prefix(room).map {
            PolicyPart.Contradiction(conflict: $0, peerClass: number)
        }
    }

    // MARK: the chained form

    /// The row of the nodes in `list` and of everyone.
    private mutating func wholeRow(_ list: [UInt32]) -> UInt32 {
        rows.store(steps.steps(of: list, withCommon: true))
    }

    private mutating func chain(_ list: [UInt32], _ depth: Int) -> UInt32 {
        if list.count == 1 { return nodeRow(list[0]) }
        let joined =
            list.count <= depth
            ? list.map { nodeRow($0) } : links(list, depth).map { joinedRow($0) }
        return joined.count == 1 ? joined[0] : rows.append(chain: joined)
    }

    /// Which nodes share a row: sixteen of the widest, then four, then each alone. Neighbours of a
    /// class in nested prefixes then share these rows, and memory stays linear in the rules.
    private func links(_ list: [UInt32], _ depth: Int) -> [[UInt32]] {
        let (nodes, classes) = (peers.nodes, world.classes.ofNode)
        let widths = list.map { (index: $0, width: classes[Int(nodes[Int($0)])].count) }
        var rest = widths.sorted { ($0.width, $1.index) > ($1.width, $0.index) }[...]
        var links: [[UInt32]] = []
        while !rest.isEmpty {
            let count = rest.count >= 16 ? 16 : rest.count >= 4 ? 4 : 1
            links.append(rest.prefix(count).map(\.index).sorted())
            rest = rest.dropFirst(count)
        }
        while links.count > depth {
            links[1] = (links[0] + links[1]).sorted()
            links.removeFirst()
        }
        return links
    }

    /// The row of the rules of some nodes.
    private mutating func joinedRow(_ list: [UInt32]) -> UInt32 {
        if list.count == 1 { return nodeRow(list[0]) }
        // Marked, so that no class's list is taken for it.
        let group = groups.number(of: ([UInt32.max] + list)[...])
        while groupValues.count <= group { groupValues.append(0) }
        if groupValues[group] == 0 {
            groupValues[group] = rows.append(steps.steps(of: list, withCommon: false))
        }
        return groupValues[group]
    }

    /// The row of the rules of the node at this place.
    private mutating func nodeRow(_ place: UInt32) -> UInt32 {
        let index = Int(place)
        if nodeRows[index] == 0 {
            nodeRows[index] = rows.append(steps.steps(of: [place], withCommon: false))
        }
        return nodeRows[index]
    }
}

extension PolicyPart.Key {
    /// The peer's node of a rule; nil when the rule does not belong to the part.
    func peer(of number: UInt32, _ book: RuleBook) -> UInt32? {
        let rule = book.rules[Int(number)]
        guard holds(rule.file, book) else { return nil }
        return UInt32(direction == .egress ? rule.receivers : rule.senders)
    }

    /// Whether rules of a file belong to the part.
    func holds(_ file: Int, _ book: RuleBook) -> Bool {
        guard files.holds(UInt32(file)) else { return false }
        switch form {
        case .merged: return true
        case .chained(let tiers, _): return tiers.contains(book.scopes[file].tier.rank)
        }
    }
}

extension PolicyPart.Form {
    /// How many rows a class may have besides the common one; 0: one in all.
    var depth: Int {
        switch self {
        case .merged: 0
        case .chained(_, let depth): depth
        }
    }
}
