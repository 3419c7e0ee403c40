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
    let ends: DiffEnds
    /// Whether nothing changes.
    var isEmpty: Bool { (gained + lost).allSatisfy(\.isEmpty) }

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
        for network in ends.new.ingress.indices { compare(network) }
    }

    private mutating func compare(_ network: Int) {
        let senders = Self.byKey(ends.senders, network)
        let receivers = Self.byKey(ends.receivers, network)
        for (from, fromUnits) in senders {
            for (to, toUnits) in receivers where from.isJudged || to.isJudged {
                let old = ends.old.passing(from.old, to.old, ends.isToAll, in: network)
                let new = ends.new.passing(from.new, to.new, ends.isToAll, in: network)
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
        var indices: [DiffEnds.Key: [Int]] = [:]
        for (index, unit) in units.enumerated() where unit.families[network] != nil {
            if let key = unit.key { indices[key, default: []].append(index) }
        }
        return Array(indices)
            .sorted { $0.value[0] < $1.value[0] }
    }

    private mutating func change(_ old: (Int32, Int32)?, _ new: (Int32, Int32)?) -> Change {
        let key = [old?.0 ?? -1, old?.1 ?? -1, new?.0 ?? -1, new?.1 ?? -1]
        if let known = known[key] { return known }
        let before = common(old, ends.old.sets)
        let after = common(new, ends.new.sets)
        let change = Change(
            gained: sets.number(of: after.subtracting(before)),
            lost: sets.number(of: before.subtracting(after)))
        known[key] = change
        return change
    }

    private func common(_ pair: (Int32, Int32)?, _ sets: PassSets) -> ServiceSet {
        guard let pair else { return .none }
        let common = sets.values[Int(pair.0)].intersection(sets.values[Int(pair.1)])
        // No connection-oriented protocol goes to all (`DataPath/Replication`, `isForGroup`).
        return ends.isToAll ? common.subtracting(ServiceSet(.tcp)) : common
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

extension DiffCells {
    /// Takes out of what changes for frames to all what changes likewise for packets to the same
    /// VM at the same address: it is told already.
    mutating func remove(_ told: DiffCells) {
        let units = told.ends.unitsByReceiver
        let places = ends.receivers.map { unit in
            unit.points.first.flatMap { place -> Int? in
                guard case .vm(let subject) = unit.bearer else { return nil }
                return units[DiffEnds.Receiver(subject: subject, address: place.point.address)]
            }
        }
        for sender in gained.indices {
            let others = (told.gained[sender], told.lost[sender])
            gained[sender] = rest(of: gained[sender], sender, (others.0, told.values), places)
            lost[sender] = rest(of: lost[sender], sender, (others.1, told.values), places)
        }
    }

    private mutating func rest(
        of row: [Cell], _ sender: Int, _ told: (row: [Cell], values: [ServiceSet]),
        _ places: [Int?]
    ) -> [Cell] {
        guard !row.isEmpty else { return [] }
        let services = Dictionary(
            told.row.map { ($0.receiver, told.values[$0.services]) },
            uniquingKeysWith: { first, _ in first })
        return row.compactMap { cell in
            let known = places[cell.receiver].flatMap { services[$0] } ?? .none
            let rest = sets.number(of: sets.values[cell.services].subtracting(known))
            let families = ends.receivers[cell.receiver].families.values.reduce(0, |)
            return isPossible(rest, families)
                ? Cell(receiver: cell.receiver, services: rest) : nil
        }
    }
}

extension DiffEnds {
    /// A VM at one of its addresses.
    struct Receiver: Hashable {
        let subject: Int
        let address: IPAddress
    }

    /// The units of VMs by what is in them.
    var unitsByReceiver: [Receiver: Int] {
        var units: [Receiver: Int] = [:]
        for (index, unit) in receivers.enumerated() {
            guard case .vm(let subject) = unit.bearer else { continue }
            for place in unit.points {
                units[Receiver(subject: subject, address: place.point.address)] = index
            }
        }
        return units
    }

    /// The families in which one unit can send to another in a network; 0 when it cannot.
    func commonFamilies(_ sender: Int, _ receiver: Int, _ network: Int) -> UInt8 {
        let from = senders[sender]
        let to = receivers[receiver]
        if from.bearer.subject == to.bearer.subject { return 0 }  // itself, or both outside
        return (from.families[network] ?? 0) & (to.families[network] ?? 0)
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
