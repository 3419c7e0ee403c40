import Packet

/// Puts the units of one side of a block into words that mean exactly them.
///
/// - `any`: everything that can be there. `any vm`: every VM at its own addresses. `any outside`:
///   every address without a VM.
/// - A group's name: its VMs at their own addresses, and its addresses without a VM.
/// - `web1`: the VM at its own addresses. `web1 at 10.0.0.1`: at this one alone.
/// - `outside 10.9.0.0/24`: the addresses of the prefix that no VM has.
/// - `gw as any other address`, `gw as 10.0.0.1`, `gw as outside 10.9.0.0/24`: a VM that may use
///   every address, at others' or nobody's.
struct DiffNaming {
    private let units: [DiffEnds.Unit]
    private let ends: DiffEnds
    private let own: BitSet
    private let outside: BitSet
    private let groups: [(name: String, units: BitSet)]
    private let names: Set<String>
    private let cells: AddressCells

    /// - Parameter groups: the groups' names with their nodes in ``DiffEnds/membership``.
    init(
        _ units: [DiffEnds.Unit], _ ends: DiffEnds, _ groups: [(name: String, node: Int)],
        _ cells: AddressCells
    ) {
        self.units = units
        self.ends = ends
        self.cells = cells
        names = Set(groups.map(\.name))
        var own = BitSet(below: units.count)
        var outside = own
        for (index, unit) in units.enumerated() {
            switch unit.bearer {
            case .vm: own[index] = true
            case .outside: outside[index] = true
            case .borne: break
            }
        }
        let nobody = BitSet(below: units.count)
        let plain = own.union(outside)
        self.groups = groups.map { name, node in
            let holding = ends.membership.holding(node)
            var members = nobody
            for index in plain.members where holding[units[index].membership] {
                members[index] = true
            }
            return (name, members)
        }
        (self.own, self.outside) = (own, outside)
    }

    /// The words for `chosen`, when only `relevant` units can be there.
    func words(_ chosen: BitSet, among relevant: BitSet) -> [String] {
        if relevant.isSubset(of: chosen) { return ["any"] }
        var words: [String] = []
        var rest = chosen
        for (name, part) in [("any vm", own), ("any outside", outside)] {
            let here = part.intersection(relevant)
            guard !here.isEmpty, here.isSubset(of: chosen) else { continue }
            words.append(name)
            rest = rest.subtracting(part)
        }
        for (name, members) in largestFirst(relevant) where members.isSubset(of: chosen) {
            guard !members.intersection(rest).isEmpty, isWorthNaming(members, chosen) else {
                continue
            }
            words.append(name)
            rest = rest.subtracting(members)
        }
        let others = relevant.intersection(outside).subtracting(chosen)
        return words + vmWords(rest, relevant) + outsideWords(rest, without: others)
            + borneWords(rest, relevant)
    }

    /// A group that adds but a part of the addresses without a VM is told better by prefixes.
    private func isWorthNaming(_ members: BitSet, _ chosen: BitSet) -> Bool {
        !members.intersection(own).isEmpty
            || members.intersection(outside) == chosen.intersection(outside)
    }

    private func largestFirst(_ relevant: BitSet) -> [(name: String, units: BitSet)] {
        groups.map { ($0.name, $0.units.intersection(relevant)) }
            .map { ($0, $1, $1.members.count) }
            .sorted { ($1.2, $0.0) < ($0.2, $1.0) }
            .map { ($0.0, $0.1) }
    }

    private func vmWords(_ rest: BitSet, _ relevant: BitSet) -> [String] {
        let chosen = rest.intersection(own)
        let byName = Dictionary(grouping: chosen.members) { name(of: $0) }
        let all = Dictionary(grouping: relevant.intersection(own).members) { name(of: $0) }
        return byName.sorted { $0.value[0] < $1.value[0] }.flatMap { name, indices in
            let word = names.contains(name) ? "vm \(name)" : name
            if indices.count == all[name]?.count { return [word] }
            let addresses = indices.flatMap { units[$0].points.map(\.point.address) }
            return Set(addresses).sorted().map { "\(word) at \($0)" }
        }
    }

    private func outsideWords(_ rest: BitSet, without others: BitSet) -> [String] {
        let chosen = rest.intersection(outside)
        guard !chosen.isEmpty else { return [] }
        return prefixes(of: chosen, without: others).map { "outside \($0)" }
    }

    private func borneWords(_ rest: BitSet, _ relevant: BitSet) -> [String] {
        let plain = own.union(outside)
        let chosen = rest.subtracting(plain)
        let all = relevant.subtracting(plain)
        let byName = Dictionary(grouping: chosen.members) { name(of: $0) }
        let everyone = Dictionary(grouping: all.members) { name(of: $0) }
        return byName.sorted { $0.value[0] < $1.value[0] }.flatMap { name, indices in
            if indices.count == everyone[name]?.count { return ["\(name) as any other address"] }
            let points = indices.flatMap { units[$0].points.map(\.point) }
            let owned = Set(points.filter { $0.cell == nil }.map(\.address)).sorted()
            let others = (everyone[name] ?? []).filter { !indices.contains($0) }
            let nobodys = prefixes(of: bits(indices), without: bits(others))
            return owned.map { "\(name) as \($0)" } + nobodys.map { "\(name) as outside \($0)" }
        }
    }

    private func name(of unit: Int) -> String {
        units[unit].bearer.subject.map { ends.name(of: $0) } ?? ""
    }

    private func bits(_ indices: [Int]) -> BitSet {
        var bits = BitSet(below: units.count)
        for index in indices { bits[index] = true }
        return bits
    }

    /// The fewest prefixes that hold the cells of `chosen` and none of `others`. Cells in which
    /// nobody can be may be in them or not.
    private func prefixes(of chosen: BitSet, without others: BitSet) -> [IPPrefix] {
        let wanted = cellsOf(chosen)
        let barred = cellsOf(others)
        return [true, false].flatMap { isIPv4 in
            let family = cells.cells.filter { $0.first.isIPv4 == isIPv4 }
            let runs = family.split { barred.contains($0) }
            return runs.flatMap { run -> [IPPrefix] in
                guard let first = run.firstIndex(where: wanted.contains),
                    let last = run.lastIndex(where: wanted.contains)
                else { return [] }
                let tight = IPPrefix.covering(run[first].first, run[last].last)
                guard let start = run.first, let end = run.last else { return tight }
                let wide = IPPrefix.covering(start.first, end.last)
                return wide.count < tight.count ? wide : tight
            }
        }
    }

    private func cellsOf(_ chosen: BitSet) -> Set<AddressCells.Cell> {
        Set(chosen.members.flatMap { units[$0].points.compactMap(\.point.cell) })
    }
}

extension IPPrefix {
    /// The prefixes that hold the addresses from `first` to `last`, of one family, and no other.
    static func covering(_ first: IPAddress, _ last: IPAddress) -> [IPPrefix] {
        var prefixes: [IPPrefix] = []
        var next = first
        while true {
            var bitCount = 128
            while bitCount > (first.isIPv4 ? 96 : 0),
                let wider = IPPrefix(next, bitCount: bitCount - 1), wider.last <= last
            {
                bitCount -= 1
            }
            guard let prefix = IPPrefix(next, bitCount: bitCount) else { return prefixes }
            prefixes.append(prefix)
            guard prefix.last < last else { return prefixes }
            next = prefix.last.following
        }
    }
}
