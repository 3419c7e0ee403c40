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
        possible = ends.possibleReceivers
    }

    /// The blocks of `rows`, one row for each sender.
    mutating func fold(_ rows: [[DiffCells.Cell]]) -> [Block] {
        blocks = []
        var places: [[BitSet]: Int] = [:]
        let pairs = Self.pairsOfSets(rows, values.count)
        for (services, sets) in parts(pairs) {
            for group in groups(sets.flatMap { pairs[$0] }) {
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

    /// A sender and a receiver between which something changes.
    private struct Pair: Hashable {
        let sender: Int
        let receiver: Int
    }

    /// For each set of services the pairs for which it changes, senders ascending.
    private static func pairsOfSets(
        _ rows: [[DiffCells.Cell]], _ setCount: Int
    ) -> [[Pair]] {
        var pairs = [[Pair]](repeating: [], count: setCount)
        for (sender, row) in rows.enumerated() {
            for cell in row {
                pairs[cell.services].append(Pair(sender: sender, receiver: cell.receiver))
            }
        }
        return pairs
    }

    /// The services cut where any set that changes begins or ends; parts that occur in the same
    /// sets are one. Each comes with these sets.
    private func parts(_ pairs: [[Pair]]) -> [(ServiceSet, [Int])] {
        var edges: [(start: UInt32, number: UInt32, isBegin: Bool)] = []
        for number in values.indices where !pairs[number].isEmpty {
            for range in values[number].ranges {
                edges.append((range.first.rawValue, UInt32(number), true))
                edges.append((range.last.rawValue + 1, UInt32(number), false))
            }
        }
        edges.sort { $0.start < $1.start }
        var ranges: [[UInt32]: [ServiceRange]] = [:]
        var holding: [UInt32] = []
        for (index, edge) in edges.enumerated() {
            if edge.isBegin {
                holding.insertOnce(edge.number)
            } else {
                holding.removeOnce(edge.number)
            }
            guard index + 1 < edges.count, edges[index + 1].start > edge.start, !holding.isEmpty
            else { continue }
            ranges[holding, default: []].append(
                ServiceRange(
                    ServiceKey(rawValue: edge.start),
                    ServiceKey(rawValue: edges[index + 1].start - 1)))
        }
        return ranges.map { (ServiceSet(ascending: $0.value), $0.key.map { Int($0) }) }
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

    private func groups(_ pairs: [Pair]) -> [Group] {
        var groups: [Group] = []
        for (sender, pairs) in Dictionary(grouping: pairs, by: \.sender).sorted(by: {
            $0.key < $1.key
        }) {
            var receivers = BitSet(below: ends.receivers.count)
            for pair in pairs { receivers[pair.receiver] = true }
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
    /// For each sender the receivers that it can send to: those of its networks and families that
    /// are not of the same VM, or outside like it.
    fileprivate var possibleReceivers: [BitSet] {
        let nobody = BitSet(below: receivers.count)
        var ofFamily: [Int: [BitSet]] = [:]
        var ofSubject: [Int?: BitSet] = [:]
        for (index, unit) in receivers.enumerated() {
            ofSubject[unit.bearer.subject, default: nobody][index] = true
            for (network, families) in unit.families {
                for family in 0..<2 where families >> family & 1 != 0 {
                    ofFamily[network, default: [nobody, nobody]][family][index] = true
                }
            }
        }
        return senders.map { sender in
            var possible = nobody
            for (network, families) in sender.families {
                for family in 0..<2 where families >> family & 1 != 0 {
                    possible = possible.union(ofFamily[network]?[family] ?? nobody)
                }
            }
            return possible.subtracting(ofSubject[sender.bearer.subject] ?? nobody)
        }
    }

    /// The name of a VM.
    func name(of subject: Int) -> String { endpoint(of: subject).vm }
}

extension BitSet {
    var isEmpty: Bool { words.allSatisfy { $0 == 0 } }

    func isSubset(of other: BitSet) -> Bool { subtracting(other).isEmpty }
}
