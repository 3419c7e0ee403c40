import Packet

/// The numbered sets of ``PassSets`` cut down to the services that a promise speaks of.
struct Narrowing {
    /// For each set the number of what is left of it; 0 is nothing.
    let numbers: [Int32]
    private let values: [ServiceSet]
    /// For each pair of numbers 0 unknown, 1 apart, 2 meeting.
    private var known: [UInt8]

    /// More pairs than this are compared anew each time.
    private static let knownCountMax = 1 << 22

    init(_ sets: PassSets, to services: ServiceSet) {
        var interner = Interner<ServiceSet>()
        _ = interner.number(of: .none)
        numbers = sets.values.map { Int32(interner.number(of: $0.intersection(services))) }
        values = interner.values
        let count = values.count * values.count
        known = [UInt8](repeating: 0, count: count <= Self.knownCountMax ? count : 0)
    }

    /// What is left of the set with this number.
    func value(_ number: Int32) -> ServiceSet { values[Int(number)] }

    /// Whether two sets have a service in common.
    mutating func meet(_ one: Int32, _ two: Int32) -> Bool {
        guard !known.isEmpty else { return values[Int(one)].meets(values[Int(two)]) }
        let place = Int(one) * values.count + Int(two)
        if known[place] == 0 { known[place] = values[Int(one)].meets(values[Int(two)]) ? 2 : 1 }
        return known[place] == 2
    }
}

/// Looks for a packet of one family that the tables of both ends let pass.
///
/// - Cost: for each distinct table of the senders one step for each receiver, or, if it passes
///   nothing that was asked for to most, for each of its exceptions; then for each sender one step
///   for each exception of its class, and for each receiver that lets most in.
struct ProofSearch {
    /// Two ends, and the services that pass between them; never none.
    struct Finding {
        let sender: PacketSpace.End
        let receiver: PacketSpace.End
        let services: ServiceSet
    }

    typealias EndClass = ProofNetwork.EndClass

    private let network: ProofNetwork
    private var narrowing: Narrowing
    private let receivers: [EndClass]
    /// The receivers of each class of peers.
    private let receiversOfClass: NumberTable
    /// The exceptions of the line at hand, by place.
    private var egressExceptions: SpreadLine
    private var ingressExceptions: SpreadLine

    init(_ network: ProofNetwork, _ narrowing: Narrowing, to receivers: [EndClass]) {
        self.network = network
        self.narrowing = narrowing
        self.receivers = receivers
        let classCount = 1 + (receivers.map(\.peerClass).max() ?? 0)
        receiversOfClass = NumberTable(
            rowCount: classCount,
            receivers.enumerated().map { (UInt32($1.peerClass), UInt32($0)) })
        egressExceptions = SpreadLine(placeCount: classCount)
        ingressExceptions = SpreadLine(placeCount: network.ingress.tableCount)
    }

    /// A packet to one station.
    mutating func toStation(from senders: [EndClass]) -> Finding? {
        for group in Self.groups(of: senders) {
            let live = reached(by: group[0].table)
            if let finding = find(group, live) { return finding }
        }
        return nil
    }

    /// A packet to all, of a family.
    mutating func toGroup(from senders: [EndClass], isIPv4: Bool) -> Finding? {
        let passed = isIPv4 ? network.toGroups.ipv4 : network.toGroups.ipv6
        for group in Self.groups(of: senders) {
            let set = narrowing.numbers[Int(passed[group[0].table])]
            guard set != 0 else { continue }
            let live = receivers.indices.map { Live(index: $0, set: set) }
            if let finding = find(group, live) { return finding }
        }
        return nil
    }

    /// A receiver, by its place among all, to which a table passes something: the number of what.
    private struct Live {
        let index: Int
        let set: Int32
    }

    /// The receivers to which an egress table passes anything that was asked for.
    private mutating func reached(by table: Int) -> [Live] {
        let usual = narrowing.numbers[Int(network.egress.most[table])]
        let exceptions = network.egress[table]
        var live: [Live] = []
        if usual == 0 {
            for exception in exceptions {
                let set = narrowing.numbers[Int(exception.set)]
                guard set != 0 else { continue }
                for index in receiversOfClass[Int(exception.place)] {
                    live.append(Live(index: Int(index), set: set))
                }
            }
            return live
        }
        egressExceptions.spread(exceptions)
        defer { egressExceptions.gather(exceptions) }
        live.reserveCapacity(receivers.count)
        for (index, receiver) in receivers.enumerated() {
            var set = usual
            if let own = egressExceptions[receiver.peerClass] { set = narrowing.numbers[Int(own)] }
            if set != 0 { live.append(Live(index: index, set: set)) }
        }
        return live
    }

    /// What passes from the first of `senders`, which have one table, from which anything does; to
    /// the first receiver to which it does.
    private mutating func find(_ senders: [EndClass], _ live: [Live]) -> Finding? {
        // Between two outside there is no switch.
        let candidates = Candidates(
            senders[0].isOutside ? live.filter { !receivers[$0.index].isOutside } : live,
            receivers, network.ingress, narrowing)
        guard !candidates.live.isEmpty else { return nil }
        for sender in senders {
            if let finding = find(sender, candidates) { return finding }
        }
        return nil
    }

    /// Receivers by whether their tables let in from most classes anything that was asked for.
    private struct Candidates {
        let live: [Live]
        private(set) var open: [Live] = []
        /// For each table that does not, places in ``live``.
        let closed: NumberTable

        init(
            _ live: [Live], _ receivers: [EndClass], _ ingress: PassLines, _ narrowing: Narrowing
        ) {
            self.live = live
            var pairs: [(row: UInt32, item: UInt32)] = []
            for (place, candidate) in live.enumerated() {
                let table = receivers[candidate.index].table
                if narrowing.numbers[Int(ingress.most[table])] != 0 {
                    open.append(candidate)
                } else {
                    pairs.append((UInt32(table), UInt32(place)))
                }
            }
            open.sort { $0.index < $1.index }
            closed = NumberTable(rowCount: ingress.tableCount, pairs)
        }
    }

    private mutating func find(_ sender: EndClass, _ candidates: Candidates) -> Finding? {
        let exceptions = network.ingress[sender.peerClass]
        var first: (index: Int, finding: Finding)?
        for exception in exceptions {
            let set = narrowing.numbers[Int(exception.set)]
            guard set != 0 else { continue }
            for place in candidates.closed[Int(exception.place)] {
                let candidate = candidates.live[Int(place)]
                guard candidate.index < first?.index ?? .max else { continue }
                if let finding = finding(sender, candidate, set) {
                    first = (candidate.index, finding)
                }
            }
        }
        guard !candidates.open.isEmpty else { return first?.finding }
        ingressExceptions.spread(exceptions)
        defer { ingressExceptions.gather(exceptions) }
        for candidate in candidates.open where candidate.index < first?.index ?? .max {
            let table = receivers[candidate.index].table
            let set = ingressExceptions[table] ?? network.ingress.most[table]
            let narrowed = narrowing.numbers[Int(set)]
            if let finding = finding(sender, candidate, narrowed) { return finding }
        }
        return first?.finding
    }

    /// What passes between two ends, of what the receiver lets in.
    private mutating func finding(
        _ sender: EndClass, _ candidate: Live, _ set: Int32
    ) -> Finding? {
        guard set != 0, narrowing.meet(candidate.set, set),
            let (from, to) = Self.pair(sender, receivers[candidate.index])
        else { return nil }
        let services = narrowing.value(candidate.set).intersection(narrowing.value(set))
        return Finding(sender: from, receiver: to, services: services)
    }

    /// Ends of two classes between which a packet can travel past a judge: of different VMs, and
    /// not both outside.
    private static func pair(
        _ sender: EndClass, _ receiver: EndClass
    ) -> (PacketSpace.End, PacketSpace.End)? {
        if sender.first.subject != receiver.first.subject { return (sender.first, receiver.first) }
        if let other = receiver.other { return (sender.first, other) }
        if let other = sender.other { return (other, receiver.first) }
        return nil
    }

    /// Classes of one table together; those outside apart from VMs that nobody judges.
    private static func groups(of classes: [EndClass]) -> [[EndClass]] {
        var order = Interner<Int>()
        var groups: [[EndClass]] = []
        for item in classes {
            let number = order.number(of: item.isOutside ? -1 : item.table)
            if number == groups.count { groups.append([]) }
            groups[number].append(item)
        }
        return groups
    }
}

/// Room for the exceptions of one line at a time, found by their places at once.
private struct SpreadLine {
    private var sets: [Int32]

    init(placeCount: Int) { sets = [Int32](repeating: -1, count: placeCount) }

    /// The set at a place; nil where the line has no exception.
    subscript(place: Int) -> Int32? { sets[place] < 0 ? nil : sets[place] }

    mutating func spread(_ line: ArraySlice<PassLines.Exception>) {
        for exception in line where exception.place < sets.count {
            sets[Int(exception.place)] = exception.set
        }
    }

    /// Takes the exceptions of the line out again.
    mutating func gather(_ line: ArraySlice<PassLines.Exception>) {
        for exception in line where exception.place < sets.count {
            sets[Int(exception.place)] = -1
        }
    }
}
