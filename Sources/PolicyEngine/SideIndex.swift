/// Finds the rules whose sides name given nodes.
struct SideIndex: Sendable {
    /// The rules that name one node on one side: as a set where they are many.
    private enum Rules: Sendable {
        case few([Int])
        case many(BitSet)
    }

    private let ruleCount: Int
    private let senders: [Rules]
    private let receivers: [Rules]

    init(_ rules: [RuleBook.Rule] = [], nodeCount: Int = 0) {
        ruleCount = rules.count
        senders = Self.index(rules.map(\.senders), nodeCount)
        receivers = Self.index(rules.map(\.receivers), nodeCount)
    }

    /// The rules whose sides name these nodes.
    func sides(of members: BitSet) -> PeerClasses.Sides {
        let nodes = members.members
        return PeerClasses.Sides(
            senders: union(senders, nodes), receivers: union(receivers, nodes))
    }

    private func union(_ index: [Rules], _ nodes: [Int]) -> BitSet {
        var union = BitSet(below: ruleCount)
        for node in nodes {
            switch index[node] {
            case .few(let rules): for rule in rules { union[rule] = true }
            case .many(let rules): union = union.union(rules)
            }
        }
        return union
    }

    /// - Parameter nodes: the node of each rule.
    private static func index(_ nodes: [Int], _ nodeCount: Int) -> [Rules] {
        var lists = [[Int]](repeating: [], count: nodeCount)
        for (rule, node) in nodes.enumerated() { lists[node].append(rule) }
        return lists.map { list in
            guard list.count > nodes.count / 64 else { return .few(list) }
            var set = BitSet(below: nodes.count)
            for rule in list { set[rule] = true }
            return .many(set)
        }
    }
}
