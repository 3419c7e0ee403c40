import Packet

/// Reads the compiled tables of a policy for people's questions: proofs, diffs, tests, reports.
///
/// Beside ``PolicyTable``, which decides frames, this is the only place that knows how the tables
/// are laid out, in the merged form and in the chained one. It answers for every VM of the
/// universe, also for those on other hosts.
package struct TableReading: Sendable {
    /// A run of services with one verdict: from `first` to before the next segment.
    struct Segment: Hashable, Sendable {
        let first: ServiceKey
        let verdict: Verdict
    }

    /// What one end decides about all its peers, for one class of its own address: the words of
    /// its stages (``PortBlocks``).
    struct Peers: Hashable, Sendable {
        fileprivate let stages: [UInt64]
    }

    /// What one end decides about one class of peers. Equal rows decide alike.
    enum Row: Hashable, Sendable {
        /// A row of a part, in the merged form.
        case merged(part: UInt32, row: UInt32)
        /// In the chained form, for each stage what may decide and how many parts have a say, then
        /// these parts, each with what the class has there. Whose table it is does not matter:
        /// thousands of tables share most of their parts.
        case chained([UInt64])
    }

    /// Who the tables were compiled for.
    let world: PolicyWorld
    private let blocks: [PortBlocks?]
    private let store: PartStore

    /// A reading of `policy`.
    package init(_ policy: CompiledPolicy) {
        self.init(policy.world, (policy.image.blocks, policy.image.store))
    }

    /// A reading of tables that may not be a policy yet.
    init(_ world: PolicyWorld, _ tables: (blocks: [PortBlocks?], store: PartStore)) {
        self.world = world
        (blocks, store) = tables
    }

    /// How many classes of peers there are in all networks.
    var peerClassCount: Int { world.classes.count }

    /// The class of `address` at a port's own end.
    func ownClass(of address: IPAddress) -> Int { world.partition.prefixClass(of: address) }

    /// The class of `address` as a peer in a network.
    func peerClass(of address: IPAddress, in network: Int) -> Int {
        world.networks[network].hosts[address]?.peerClass ?? ownClass(of: address)
    }

    /// What the end of `subject` (an index of ``PolicyWorld/subjects``) decides in `direction`
    /// when its own address is of `ownClass`; nil when it denies everything by default.
    func peers(of subject: Int, _ direction: TrafficDirection, ownClass: Int) -> Peers? {
        guard let blocks = blocks[subject] else { return nil }
        let stages =
            direction == .egress
            ? blocks.egress.stages(of: ownClass) : blocks.ingress.stages(of: ownClass)
        return stages.map { Peers(stages: $0) }
    }

    /// The row for one class of peers.
    func row(_ peers: Peers, peerClass: Int) -> Row {
        if let part = peers.mergedPart {
            return .merged(part: part, row: store[part].row(of: UInt32(peerClass)))
        }
        let stages = peers.list
        let values = stages.flatMap(\.parts).map { store[$0].value(of: UInt32(peerClass)) }
        return chained(stages, values)
    }

    /// - Parameter values: those of the parts of all stages.
    private func chained(_ stages: [PortBlocks.Stage], _ values: [UInt32]) -> Row {
        var words: [UInt64] = []
        words.reserveCapacity(stages.count + values.count)
        var place = 0
        for stage in stages {
            let head = words.count
            words.append(
                UInt64(stage.fallback) << 32 | (stage.isMerged ? PortBlocks.mergedMark : 0))
            for part in stage.parts {
                let value = values[place]
                place += 1
                guard value != 0 || stage.isMerged || store[part].hasCommonRow else { continue }
                words.append(UInt64(part) << 32 | UInt64(value))
                words[head] += 1
            }
        }
        return .chained(words)
    }

    /// The row of most classes.
    func mostRow(_ peers: Peers) -> Row {
        if let part = peers.mergedPart { return .merged(part: part, row: store[part].storage[3]) }
        let stages = peers.list
        let partCount = stages.reduce(0) { $0 + $1.parts.count }
        return chained(stages, [UInt32](repeating: 0, count: partCount))
    }

    /// Gives the classes that may have another row than most, with it, each once.
    func forEachException(_ peers: Peers, _ body: (_ peerClass: Int, _ row: Row) -> Void) {
        if let part = peers.mergedPart {
            store[part].forEachEntry { body(Int($0), .merged(part: part, row: $1)) }
            return
        }
        let stages = peers.list
        let parts = stages.flatMap(\.parts)
        var entries: [(number: UInt32, place: Int, value: UInt32)] = []
        for (place, part) in parts.enumerated() {
            store[part].forEachEntry { entries.append(($0, place, $1)) }
        }
        entries.sort { $0.number < $1.number }
        var rest = entries[...]
        while let first = rest.first {
            var values = [UInt32](repeating: 0, count: parts.count)
            while let entry = rest.first, entry.number == first.number {
                values[entry.place] = entry.value
                rest.removeFirst()
            }
            body(Int(first.number), chained(stages, values))
        }
    }

    /// How many words ``forEachException(_:_:)`` reads.
    func mapWordCount(_ peers: Peers) -> Int {
        peers.parts.reduce(0) { $0 + store[$1].mapWordCount }
    }

    /// The row by which an end judges packets between two addresses; nil for the built-in denial.
    func row(
        of subject: Int, _ direction: TrafficDirection, own: IPAddress, peer: IPAddress
    ) -> Row? {
        peers(of: subject, direction, ownClass: ownClass(of: own)).map {
            row($0, peerClass: peerClass(of: peer, in: world.subjects[subject].network))
        }
    }

    /// What the end of `subject` (an index of the universe's endpoints) decides about a packet, as
    /// ``PolicyTable/classify(port:_:_:)`` does for the ports of this host.
    package func verdict(
        of subject: Int, _ direction: TrafficDirection, _ question: PolicyQuestion
    ) -> Verdict {
        let row = row(of: subject, direction, own: question.own, peer: question.peer)
        return verdict(row, question.service)
    }
}

// What rows say.
extension TableReading {
    /// The verdict of a row on one service; no row is the built-in denial.
    func verdict(_ row: Row?, _ service: ServiceKey) -> Verdict {
        row.map { lines(of: $0).verdict(service) } ?? .denyByDefault
    }

    /// The segments of a row: ascending, the first from service 0 on, neighbours different.
    func segments(of row: Row) -> [Segment] {
        let lines = lines(of: row)
        var segments: [Segment] = []
        for start in lines.starts {
            let first = ServiceKey(rawValue: start)
            let verdict = lines.verdict(first)
            if segments.last?.verdict != verdict {
                segments.append(Segment(first: first, verdict: verdict))
            }
        }
        return segments
    }

    /// The services that a row lets pass.
    func passing(_ row: Row) -> ServiceSet {
        let segments = segments(of: row)
        var ranges: [ServiceRange] = []
        for (index, segment) in segments.enumerated() where segment.verdict.passes {
            let last =
                index + 1 < segments.count
                ? ServiceKey(rawValue: segments[index + 1].first.rawValue - 1)
                : ServiceRange.all.last
            ranges.append(ServiceRange(segment.first, last))
        }
        return ServiceSet(ascending: ranges)
    }

    /// The services of `range` at which a row may change its mind, the first one included.
    func edges(of row: Row?, within range: ServiceRange) -> [ServiceKey] {
        guard let row else { return [range.first] }
        let inner = lines(of: row).starts.filter {
            range.first.rawValue < $0 && $0 <= range.last.rawValue
        }
        return [range.first] + inner.map { ServiceKey(rawValue: $0) }
    }

    private func lines(of row: Row) -> StageLines {
        switch row {
        case .merged(let part, let row):
            return StageLines(stages: [
                StageLines.Stage(lines: [store[part].line(at: row)], isMerged: true, fallback: 0)
            ])
        case .chained(let words):
            var rest = words[...]
            var stages: [StageLines.Stage] = []
            while let head = rest.popFirst() {
                let said = rest.prefix(Int(head & 0xff))
                rest = rest.dropFirst(said.count)
                let lines = said.flatMap { word in
                    store[UInt32(word >> 32)].lines(UInt32(truncatingIfNeeded: word))
                }
                stages.append(
                    StageLines.Stage(
                        lines: lines, isMerged: head & PortBlocks.mergedMark != 0,
                        fallback: UInt32(head >> 32)))
            }
            return StageLines(stages: stages)
        }
    }
}

extension TableReading.Peers {
    /// The stages, read from their words.
    fileprivate var list: [PortBlocks.Stage] { PortBlocks.stages(stages) }

    /// The parts of all stages.
    fileprivate var parts: [UInt32] { list.flatMap(\.parts) }

    /// The only part of the merged form; nil in the chained form.
    fileprivate var mergedPart: UInt32? {
        guard stages.count == 3, stages[1] & PortBlocks.mergedMark != 0 else { return nil }
        return UInt32(stages[2])
    }
}

/// The rows that one end has for one class of peers, stage by stage.
private struct StageLines {
    struct Stage {
        let lines: [PolicyPart.Line]
        let isMerged: Bool
        let fallback: UInt32
    }

    let stages: [Stage]

    /// Where any row may change its mind, ascending, from 0.
    var starts: [UInt32] {
        if stages.count == 1, stages[0].isMerged { return stages[0].lines[0].starts }
        return stages.flatMap(\.lines).reduce([0]) { $0.union($1.starts) }
    }

    /// As ``PolicyTable`` decides.
    func verdict(_ service: ServiceKey) -> Verdict {
        for stage in stages {
            var best = stage.lines.reduce(UInt32.max) { min($0, $1.word(service)) }
            if stage.isMerged { return Verdict(rawValue: best) }
            if best == .max { best = stage.fallback }
            if best != 0, best & 3 != Verdict.passAction { return Verdict(rawValue: best) }
        }
        return .denyByDefault
    }
}

extension Verdict {
    /// Whether the packet goes on: allowed, or only recorded by a file in audit mode.
    var passes: Bool { action == .allow || isAudited }
}
