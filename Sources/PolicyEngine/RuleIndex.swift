/// Finds the rules in force whose senders, or whose receivers, are a given node.
struct RuleIndex: Sendable {
    private(set) var bySender = NumberTable()
    private(set) var byReceiver = NumberTable()

    init() {}

    init(_ rules: ChunkedArray<RuleBook.Rule>, nodeCount: Int) {
        var senders: [(row: UInt32, item: UInt32)] = []
        var receivers: [(row: UInt32, item: UInt32)] = []
        for (number, rule) in rules.enumerated() where !rule.isExpired {
            senders.append((UInt32(rule.senders), UInt32(number)))
            receivers.append((UInt32(rule.receivers), UInt32(number)))
        }
        bySender = NumberTable(rowCount: nodeCount, senders)
        byReceiver = NumberTable(rowCount: nodeCount, receivers)
    }

    /// The rules whose own side, at a port that a packet passes in `direction`, is `node`;
    /// ascending.
    func rules(of node: UInt32, _ direction: TrafficDirection) -> ArraySlice<UInt32> {
        direction == .egress ? bySender[Int(node)] : byReceiver[Int(node)]
    }

    /// Moves a rule from the nodes of `old` to those of `new`.
    mutating func move(_ number: Int, from old: RuleBook.Rule, to new: RuleBook.Rule) {
        let (number, isOld, isNew) = (UInt32(number), !old.isExpired, !new.isExpired)
        Self.move(
            number, from: isOld ? old.senders : nil, to: isNew ? new.senders : nil, in: &bySender)
        Self.move(
            number, from: isOld ? old.receivers : nil, to: isNew ? new.receivers : nil,
            in: &byReceiver)
    }

    private static func move(
        _ number: UInt32, from old: Int?, to new: Int?, in table: inout NumberTable
    ) {
        guard old != new else { return }
        if let old {
            var list = Array(table[old])
            list.removeOnce(number)
            table.set(old, to: list)
        }
        if let new {
            var list = Array(table[new])
            list.insertOnce(number)
            table.set(new, to: list)
        }
    }
}
