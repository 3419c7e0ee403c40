import Packet

/// Folds changes into few blocks: every sender of a block with every receiver it can send to.
///
/// Pairs that cannot occur (of two families, of two networks, of one VM) may be in a block or not:
/// this lets a VM's IPv4 and IPv6 addresses share one. The blocks hold each change once or more,
/// and nothing else.
struct DiffFolding {
    /// Each of `senders` to each of `receivers` that it can send to, on each of `services`.
    struct Block {
        var senders: BitSet
        var receivers: BitSet
        var services: ServiceSet
    }

    private let ends: DiffEnds
    private let values: [ServiceSet]
    /// For each sender the receivers that it can send to.
    let possible: [BitSet]
    private(set) var blocks: [Block] = []

    init(_ ends: DiffEnds, _ values: [ServiceSet]) {
        self.ends = ends
        self.values = values
        possible = ends.senders.indices.map { sender in
            var possible = BitSet(below: ends.receivers.count)
            for receiver in ends.receivers.indices where ends.canSend(sender, receiver) {
                possible[receiver] = true
            }
            return possible
        }
    }

    /// The blocks of `rows`, one row for each sender.
    mutating func fold(_ rows: [[DiffCells.Cell]]) -> [Block] {
        blocks = []
        var places: [[BitSet]: Int] = [:]
        for (services, sets) in parts(rows) {
            for group in groups(rows, sets) {
                if let place = places[[group.senders, group.receivers]] {
                    blocks[place].services = .union(of: [blocks[place].services, services])
                    continue
                }
                places[[group.senders, group.receivers]] = blocks.count
                blocks.append(
                    Block(
                        senders: group.senders, receivers: group.receivers, services: services))
            }
        }
        return blocks
    }

    /// The services cut where any set of the rows begins or ends; parts that occur in the same sets
    /// are one. Each comes with these sets.
    private func parts(_ rows: [[DiffCells.Cell]]) -> [(ServiceSet, Set<Int>)] {
        let used = Set(rows.flatMap { $0.map(\.services) }).sorted()
        var starts: Set<UInt32> = []
        for number in used {
            for range in values[number].ranges {
                starts.formUnion([range.first.rawValue, range.last.rawValue + 1])
            }
        }
        let sorted = starts.sorted()
        var ranges: [[Int]: [ServiceRange]] = [:]
        for (index, start) in sorted.enumerated() where index + 1 < sorted.count {
            let first = ServiceKey(rawValue: start)
            let holding = used.filter { values[$0].contains(first) }
            guard !holding.isEmpty else { continue }
            ranges[holding, default: []].append(
                ServiceRange(first, ServiceKey(rawValue: sorted[index + 1] - 1)))
        }
        return ranges.map { (ServiceSet(ascending: $0.value), Set($0.key)) }
            .sorted { $0.0.ranges[0].first < $1.0.ranges[0].first }
    }

    /// Senders whose rows agree wherever they can both send.
    private struct Group {
        var senders: BitSet
        var receivers: BitSet
        /// The receivers that one of them can send to.
        var possible: BitSet
        var names: Set<Name>
    }

    /// By what rows are recognised as of one kind.
    private enum Name: Hashable {
        case vm(String)
        case groups(Int)
    }

    private func groups(_ rows: [[DiffCells.Cell]], _ sets: Set<Int>) -> [Group] {
        var groups: [Group] = []
        for (sender, row) in rows.enumerated() where !row.isEmpty {
            var receivers = BitSet(below: ends.receivers.count)
            for cell in row where sets.contains(cell.services) { receivers[cell.receiver] = true }
            guard !receivers.isEmpty else { continue }
            let names = names(of: ends.senders[sender])
            let place = groups.firstIndex { group in
                agrees(group, receivers, possible[sender])
                    && (!group.names.isDisjoint(with: names)
                        || !group.receivers.intersection(receivers).isEmpty)
            }
            if let place {
                groups[place].senders[sender] = true
                groups[place].receivers = groups[place].receivers.union(receivers)
                groups[place].possible = groups[place].possible.union(possible[sender])
                groups[place].names.formUnion(names)
            } else {
                var senders = BitSet(below: ends.senders.count)
                senders[sender] = true
                groups.append(
                    Group(
                        senders: senders, receivers: receivers, possible: possible[sender],
                        names: names))
            }
        }
        return groups
    }

    private func agrees(_ group: Group, _ receivers: BitSet, _ possible: BitSet) -> Bool {
        group.receivers.subtracting(receivers).intersection(possible).isEmpty
            && receivers.subtracting(group.receivers).intersection(group.possible).isEmpty
    }

    private func names(of unit: DiffEnds.Unit) -> Set<Name> {
        var names: Set<Name> = []
        if !ends.membership.isEmpty(unit.membership) { names.insert(.groups(unit.membership)) }
        if case .vm(let subject) = unit.bearer { names.insert(.vm(ends.name(of: subject))) }
        return names
    }
}

extension DiffEnds {
    /// The name of a VM.
    func name(of subject: Int) -> String { endpoint(of: subject).vm }
}

extension BitSet {
    var isEmpty: Bool { words.allSatisfy { $0 == 0 } }

    func isSubset(of other: BitSet) -> Bool { subtracting(other).isEmpty }
}
