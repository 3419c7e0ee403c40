/// Finds the rules whose senders, or whose receivers, are a given node.
struct RuleIndex: Sendable {
    private(set) var bySender = NumberTable()
    private(set) var byReceiver = NumberTable()

    init() {}

    init(_ rules: ChunkedArray<RuleBook.Rule>, nodeCount: Int) {
        var senders: [(row: UInt32, item: UInt32)] = []
        var receivers: [(row: UInt32, item: UInt32)] = []
        for (number, rule) in rules.enumerated() {
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
        Self.move(UInt32(number), from: old.senders, to: new.senders, in: &bySender)
        Self.move(UInt32(number), from: old.receivers, to: new.receivers, in: &byReceiver)
    }

    private static func move(
        _ number: UInt32, from old: Int, to new: Int, in table: inout NumberTable
    ) {
        guard old != new else { return }
        var list = Array(table[old])
        list.removeOnce(number)
        table.set(old, to: list)
        list = Array(table[new])
        list.insertOnce(number)
        table.set(new, to: list)
    }
}
