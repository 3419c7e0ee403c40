import Packet

/// The compiled tables of every VM of a world, also of those on other hosts, as they are before
/// they move into memory of their own.
struct SubjectTables {
    let world: PolicyWorld
    let tables: [PortCompiler.Tables?]
    let words: [UInt32]

    /// The row by which an end judges packets between two addresses; nil for the built-in denial.
    func row(
        of subject: Int, _ direction: TrafficDirection, own: IPAddress, peer: IPAddress
    ) -> Int? {
        guard let tables = tables[subject] else { return nil }
        let network = world.networks[world.subjects[subject].network]
        let ownClass = network.hosts[own]?.prefixClass ?? world.partition.prefixClass(of: own)
        let rows = words[Int(direction == .egress ? tables.egress : tables.ingress) + ownClass]
        let peerClass =
            network.hosts[peer]?.peerClass
            ?? network.ofPrefixClass[world.partition.prefixClass(of: peer)]
        return rows == 0 ? nil : Int(words[Int(rows) + peerClass])
    }

    /// The verdict of a row: that of the last start at or before the service.
    func verdict(_ row: Int?, _ service: ServiceKey) -> Verdict {
        guard let row else { return .denyByDefault }
        let starts = starts(of: row)
        var low = starts.startIndex
        var high = starts.endIndex
        while high - low > 1 {
            let middle = (low + high) / 2
            if starts[middle] <= service.rawValue { low = middle } else { high = middle }
        }
        return Verdict(rawValue: words[low + starts.count])
    }

    /// The services of `range` at which a row may change its mind, the first one included.
    func edges(of row: Int?, within range: ServiceRange) -> [ServiceKey] {
        guard let row else { return [range.first] }
        let inner = starts(of: row).filter {
            range.first.rawValue < $0 && $0 <= range.last.rawValue
        }
        return [range.first] + inner.map { ServiceKey(rawValue: $0) }
    }

    private func starts(of row: Int) -> ArraySlice<UInt32> {
        words[row + 1..<row + 1 + Int(words[row])]
    }
}
