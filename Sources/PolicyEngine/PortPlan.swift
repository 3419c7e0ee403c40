import Packet

/// How the rules of one port are laid out: in one merged part, or in stages of chained ones.
struct PortPlan {
    /// One own class of a port in one direction.
    struct Cell {
        let direction: TrafficDirection
        /// The nodes that name the own side.
        let nodes: [UInt32]
        let own: AddressSamples
    }

    /// Tiers whose rules are looked through together: the best of them decides. Where none does,
    /// or it says `pass`, the next stage goes on, unless there is a default.
    struct Stage {
        var tiers: ClosedRange<Int>
        /// The default's word; 0 when there is none, or it says `pass`.
        var fallback: UInt32
    }

    let subject: PortCompiler.Subject
    private(set) var stages: [Stage] = []
    /// What decides about what the rules leave open.
    private let chain: DefaultChain
    /// Whether a file is in audit mode: what it records depends on what others decide, which only
    /// the merged form can say.
    let isAudited: Bool

    /// From this many rules on, the ports that a node names share a part of the rules that do.
    private static let sharedRuleCount = 256
    /// The rows that one look-up reads at most, in each stage.
    private static let depth = 8

    init(_ subject: PortCompiler.Subject, _ book: RuleBook) {
        self.subject = subject
        let all = subject.files.map { book.scopes[Int($0)] }
        chain = DefaultChain(all)
        isAudited = all.contains(where: \.isAudited)
        if !isAudited { findStages(all) }
    }

    private mutating func findStages(_ all: [RuleBook.Scope]) {
        var first: Int?
        for tier in PolicyTier.allCases.sorted() {
            let scopes = all.filter { $0.tier == tier }
            guard !scopes.isEmpty else { continue }
            let start = first ?? tier.rank
            first = start
            let fallback = chain.defaults[tier]?.first?.decision.verdict?.rawValue ?? 0
            guard fallback != 0 || scopes.contains(where: \.hasPass) else { continue }
            stages.append(Stage(tiers: start...tier.rank, fallback: fallback))
            first = nil
            if fallback != 0, !scopes.contains(where: \.hasPass) { return }
        }
        if let first { stages.append(Stage(tiers: first...PolicyTier.baseline.rank, fallback: 0)) }
    }

    /// Whether two files of a tier may contradict each other: their rules do not all say the same.
    static func isContested(_ files: [UInt32], _ book: RuleBook) -> Bool {
        PolicyTier.allCases.contains { tier in
            let actions = files.map { book.scopes[Int($0)] }
                .filter { $0.tier == tier && !$0.actions.isEmpty }.map(\.actions)
            return actions.count > 1 && actions.contains { $0.count > 1 || $0 != actions[0] }
        }
    }

    /// The part of a cell with everything merged.
    func merged(_ cell: Cell) -> PolicyPart.Key {
        key(cell, cell.nodes, .merged(chain))
    }

    /// The parts of a cell where no file is in audit mode, stage by stage: the rules of nodes that
    /// have many, which other ports share; of nodes that name addresses alone; and the rest, which
    /// change when the VM joins a group. The first of these has six rows at most, each other one.
    func chained(_ cell: Cell, _ book: RuleBook) -> [[PolicyPart.Key]] {
        var kinds: [[UInt32]] = [[], [], []]
        for node in cell.nodes {
            let isShared = book.index.rules(of: node, cell.direction).count >= Self.sharedRuleCount
            kinds[isShared ? 0 : book.graph.identityNodes.holds(node) ? 2 : 1].append(node)
        }
        var used = kinds.filter { !$0.isEmpty }
        if used.isEmpty { used = [[]] }
        return stages.map { stage in
            used.enumerated().map { rank, nodes in
                let depth = rank == 0 ? Self.depth - kinds.count : 0
                return key(cell, nodes, .chained(tiers: stage.tiers, depth: depth))
            }
        }
    }

    private func key(
        _ cell: Cell, _ nodes: [UInt32], _ form: PolicyPart.Form
    ) -> PolicyPart.Key {
        PolicyPart.Key(
            direction: cell.direction, files: subject.files, nodes: nodes,
            families: cell.own.families, form: form)
    }
}
