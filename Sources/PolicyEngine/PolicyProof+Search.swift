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
/// - Cost: for each distinct table of the senders that passes anything that was asked for, one step
///   for each receiver; then one step for each sender and each receiver to which its table passes
///   something.
struct ProofSearch {
    /// Two ends, and the services that pass between them; never none.
    struct Finding {
        let sender: PacketSpace.End
        let receiver: PacketSpace.End
        let services: ServiceSet
    }

    typealias EndClass = ProofNetwork.EndClass

    let network: ProofNetwork
    var narrowing: Narrowing

    init(_ network: ProofNetwork, _ narrowing: Narrowing) {
        self.network = network
        self.narrowing = narrowing
    }

    /// A packet to one station.
    mutating func toStation(_ senders: [EndClass], _ receivers: [EndClass]) -> Finding? {
        for group in Self.groupedByTable(senders) {
            guard passesAny(network.egress.setsOfLine[group[0].table]) else { continue }
            let line = network.egress.line(group[0].table)
            var live: [Live] = []
            for (index, receiver) in receivers.enumerated() {
                let set = narrowing.numbers[Int(line[line.startIndex + receiver.peerClass])]
                if set != 0 { live.append(Live(receiver, index, set)) }
            }
            if let finding = find(group, receivers, live) { return finding }
        }
        return nil
    }

    /// A packet to all, of a family.
    mutating func toGroup(
        _ senders: [EndClass], _ receivers: [EndClass], isIPv4: Bool
    ) -> Finding? {
        let passed = isIPv4 ? network.toGroups.ipv4 : network.toGroups.ipv6
        for group in Self.groupedByTable(senders) {
            let set = narrowing.numbers[Int(passed[group[0].table])]
            guard set != 0 else { continue }
            let live = receivers.enumerated().map { Live($1, $0, set) }
            if let finding = find(group, receivers, live) { return finding }
        }
        return nil
    }

    /// A receiver to which a table passes something.
    private struct Live {
        let index: Int32
        let table: Int32
        let set: Int32

        init(_ receiver: EndClass, _ index: Int, _ set: Int32) {
            self.index = Int32(index)
            table = Int32(receiver.table)
            self.set = set
        }
    }

    private mutating func find(
        _ senders: [EndClass], _ receivers: [EndClass], _ live: [Live]
    ) -> Finding? {
        guard !live.isEmpty else { return nil }
        for sender in senders where passesAny(network.ingress.setsOfLine[sender.peerClass]) {
            let line = network.ingress.line(sender.peerClass)
            let start = line.startIndex
            for candidate in live {
                let set = narrowing.numbers[Int(line[start + Int(candidate.table)])]
                guard set != 0, narrowing.meet(candidate.set, set) else { continue }
                let receiver = receivers[Int(candidate.index)]
                guard let (from, to) = Self.pair(sender, receiver) else { continue }
                let services = narrowing.value(candidate.set).intersection(narrowing.value(set))
                return Finding(sender: from, receiver: to, services: services)
            }
        }
        return nil
    }

    /// Whether any of the sets holds a service that was asked for.
    private func passesAny(_ sets: [Int32]) -> Bool {
        sets.contains { narrowing.numbers[Int($0)] != 0 }
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

    private static func groupedByTable(_ classes: [EndClass]) -> [[EndClass]] {
        var order = Interner<Int>()
        var groups: [[EndClass]] = []
        for item in classes {
            let number = order.number(of: item.table)
            if number == groups.count { groups.append([]) }
            groups[number].append(item)
        }
        return groups
    }
}
