import Packet

/// Finds out which rules decide anything: for each kind of own end at a port, the rules that match
/// it and each kind of peer that there is, whatever form the port was compiled in.
///
/// - Cost: a rule is done with where it first decides something; one that decides nothing is looked
///   at with every peer that it matches.
struct RuleSurvey {
    /// Policies with more rules are not surveyed.
    private static let ruleCountMax = 10_000
    /// The most steps: a rule at an own end, or at a peer.
    private static let stepCountMax = 1 << 21

    private let book: RuleBook
    private let world: PolicyWorld
    private var usage: RuleUsage
    private var cells: Set<Cell> = []
    /// For each network the peers that there are.
    private var peers: [Int: [AddressSamples]] = [:]
    private var stepCount = 0

    /// What the rules see of an own end.
    private struct Cell: Hashable {
        let network: Int
        let direction: TrafficDirection
        let files: [UInt32]
        let nodes: [UInt32]
        let families: AddressClasses.Families
    }

    /// Which rules of all ports decide anything; nil when that takes too much to tell.
    static func usage(_ book: RuleBook, _ world: PolicyWorld) -> RuleUsage? {
        guard book.ruleCount <= ruleCountMax else { return nil }
        var survey = RuleSurvey(book, world)
        for subject in world.subjects where !subject.files.isEmpty {
            guard survey.take(subject) else { return nil }
        }
        return survey.usage
    }

    private init(_ book: RuleBook, _ world: PolicyWorld) {
        self.book = book
        self.world = world
        usage = RuleUsage(ruleCount: book.rules.count)
    }

    /// Looks at all own ends of a port; false when the survey takes too many steps.
    private mutating func take(_ subject: PortCompiler.Subject) -> Bool {
        usage.files.formUnion(subject.files.map { Int($0) })
        let own = world.ownSamples(subject.endpoint).sorted { $0.key < $1.key }
        for (number, samples) in own {
            for direction in [TrafficDirection.egress, .ingress] {
                let cell = Cell(
                    network: subject.network, direction: direction, files: subject.files,
                    nodes: book.ruleNodes(subject, number, direction, world),
                    families: samples.families)
                if cells.insert(cell).inserted, !take(cell) { return false }
            }
        }
        return true
    }

    private mutating func take(_ cell: Cell) -> Bool {
        var pairs: [UInt64] = []
        var open: [(rule: Int, peer: UInt32)] = []
        for node in cell.nodes {
            for number in book.index.rules(of: node, cell.direction) {
                let rule = book.rules[Int(number)]
                guard cell.files.holds(UInt32(rule.file)) else { continue }
                let peer = UInt32(cell.direction == .egress ? rule.receivers : rule.senders)
                pairs.append(UInt64(peer) << 32 | UInt64(number))
                if !usage.isUsed[Int(number)] { open.append((Int(number), peer)) }
            }
        }
        stepCount += pairs.count
        guard !open.isEmpty else { return stepCount <= Self.stepCountMax }
        let rules = PeerRules(pairs, universal: book.graph.universalNodes)
        var lists = NumberLists()
        for (rule, peer) in open.sorted(by: { $0.rule < $1.rule }) {
            guard take(rule, classes(of: peer), (cell, rules), &lists) else { return false }
        }
        return true
    }

    /// The classes that a node names.
    private func classes(of node: UInt32) -> [UInt32] {
        book.graph.universalNodes.contains(node)
            ? Array(0..<UInt32(world.classes.count)) : Array(world.classes.ofNode[Int(node)])
    }

    /// Looks at the peers of a rule, until it decides about one.
    ///
    /// - Parameter lists: what was looked at in the cell, as nodes of its peers.
    private mutating func take(
        _ rule: Int, _ classes: [UInt32], _ place: (cell: Cell, rules: PeerRules),
        _ lists: inout NumberLists
    ) -> Bool {
        let (cell, rules) = place
        if peers[cell.network] == nil { peers[cell.network] = world.samples(in: cell.network) }
        for number in classes {
            if usage.isUsed[rule] { return true }
            stepCount += 1
            guard stepCount <= Self.stepCountMax else { return false }
            let families = peers[cell.network]?[Int(number)].families ?? []
            guard !families.isDisjoint(with: cell.families) else { continue }
            let nodes = world.classes.members[Int(number)].compactMap { rules.index(of: $0) }
            let count = lists.count
            guard lists.number(of: nodes[...]) == count else { continue }
            note(nodes.reduce(into: rules.common) { $0 += rules[Int($1)] }.map { Int($0) })
        }
        return true
    }

    /// Notes the rules that match one peer, as far as files have rules that are still in doubt.
    private mutating func note(_ matching: [Int]) {
        let files = Set(matching.filter { !usage.isUsed[$0] }.map { book.rules[$0].file })
        let rules = matching.filter { files.contains(book.rules[$0].file) }.sorted()
        stepCount += rules.count
        let (_, _, covered) = RowBuilder.row(book, matching: rules, DefaultChain([]))
        usage.note(rules, covered: covered, book)
    }
}
