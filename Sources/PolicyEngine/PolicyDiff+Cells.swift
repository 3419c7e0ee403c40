import Packet

/// What changes between which units: for each sender the receivers, each with the services.
struct DiffCells {
    /// One receiver of a sender's row.
    struct Cell {
        let receiver: Int
        /// A number of ``values``.
        let services: Int
    }

    /// For each sender what becomes possible, and what impossible.
    private(set) var gained: [[Cell]]
    private(set) var lost: [[Cell]]
    private var sets = Interner<ServiceSet>()
    private var known: [[Int32]: Change] = [:]
    private let ends: DiffEnds

    private struct Change {
        let gained: Int
        let lost: Int
    }

    /// The sets of services, by number.
    var values: [ServiceSet] { sets.values }

    init(_ ends: DiffEnds) {
        self.ends = ends
        gained = ends.senders.map { _ in [] }
        lost = gained
        _ = sets.number(of: .none)
        for network in ends.new.egress.indices { compare(network) }
    }

    private mutating func compare(_ network: Int) {
        let senders = Self.byKey(ends.senders, network)
        let receivers = Self.byKey(ends.receivers, network)
        for (from, fromUnits) in senders {
            for (to, toUnits) in receivers {
                let old = ends.old.passing(from.old, to.old, in: network)
                let new = ends.new.passing(from.new, to.new, in: network)
                let change = change(old, new)
                guard change.gained != 0 || change.lost != 0 else { continue }
                for sender in fromUnits {
                    for receiver in toUnits { note(change, sender, receiver, network) }
                }
            }
        }
    }

    private static func byKey(
        _ units: [DiffEnds.Unit], _ network: Int
    ) -> [(DiffEnds.Key, [Int])] {
        let indices = units.indices.filter { units[$0].families[network] != nil }
        return Array(Dictionary(grouping: indices) { units[$0].key })
            .sorted { $0.value[0] < $1.value[0] }
    }

    private mutating func change(_ old: (Int32, Int32)?, _ new: (Int32, Int32)?) -> Change {
        let key = [old?.0 ?? -1, old?.1 ?? -1, new?.0 ?? -1, new?.1 ?? -1]
        if let known = known[key] { return known }
        let before = Self.common(old, ends.old.sets)
        let after = Self.common(new, ends.new.sets)
        let change = Change(
            gained: sets.number(of: after.subtracting(before)),
            lost: sets.number(of: before.subtracting(after)))
        known[key] = change
        return change
    }

    private static func common(_ pair: (Int32, Int32)?, _ sets: PassSets) -> ServiceSet {
        pair.map { sets.values[Int($0.0)].intersection(sets.values[Int($0.1)]) } ?? .none
    }

    private mutating func note(
        _ change: Change, _ sender: Int, _ receiver: Int, _ network: Int
    ) {
        let families = ends.commonFamilies(sender, receiver, network)
        guard families != 0 else { return }
        if isPossible(change.gained, families) {
            gained[sender].append(Cell(receiver: receiver, services: change.gained))
        }
        if isPossible(change.lost, families) {
            lost[sender].append(Cell(receiver: receiver, services: change.lost))
        }
    }

    /// Whether a packet of one of the families can have one of the services.
    private func isPossible(_ services: Int, _ families: UInt8) -> Bool {
        services != 0
            && [(1, true), (2, false)].contains { family, isIPv4 in
                families & family != 0
                    && sets.values[services].meets(.possible(isIPv4: isIPv4))
            }
    }
}

extension DiffEnds {
    /// The families in which one unit can send to another in a network; 0 when it cannot.
    func commonFamilies(_ sender: Int, _ receiver: Int, _ network: Int) -> UInt8 {
        let from = senders[sender]
        let to = receivers[receiver]
        if from.bearer.subject == to.bearer.subject { return 0 }  // itself, or both outside
        return (from.families[network] ?? 0) & (to.families[network] ?? 0)
    }

    /// Whether one unit can send to another at all.
    func canSend(_ sender: Int, _ receiver: Int) -> Bool {
        let networks = senders[sender].bearer == .outside ? receivers[receiver] : senders[sender]
        return networks.families.keys.contains { commonFamilies(sender, receiver, $0) != 0 }
    }
}

extension DiffEnds.Bearer {
    /// The VM; nil for nobody known.
    var subject: Int? {
        switch self {
        case .vm(let subject), .borne(let subject): subject
        case .outside: nil
        }
    }
}
