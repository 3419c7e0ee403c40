import Packet

/// What the tables of one network pass in one direction, to every class of peers: for each table
/// the set of services that it passes to most of them, and the classes to which it passes another.
///
/// A large policy tells very many classes apart, and of these each table but a few: what is written
/// down grows with the rules that speak of an end, not with tables times classes.
///
/// - Shape: of egress one line for each table, its places are classes of peers; of ingress one line
///   for each class of peers, its places are tables: the search walks along lines in both.
struct PassLines: Sendable {
    /// Where a line has another set than most.
    struct Exception: Sendable {
        let place: Int32
        /// A number of ``PassSets``.
        let set: Int32
    }

    /// The most words of the tables' maps that are read, and the most exceptions: 256 MiB.
    private static let wordCountMax = 1 << 26
    private static let exceptionCountMax = 1 << 25

    let tableCount: Int
    /// For each table the set that it passes to the classes that are no exceptions.
    private(set) var most: [Int32] = []
    private var exceptions: [Exception] = []
    private var ends: [Int] = []
    /// Whether there is more to read than may be: then nothing may be asked.
    private(set) var isOverBudget = false

    init(_ tables: PassTables, _ reading: TableReading, _ sets: inout PassSets) {
        tableCount = tables.count
        let wordCount = tables.judged.reduce(0) { $0 + reading.mapWordCount($1) }
        isOverBudget = wordCount > Self.wordCountMax
        guard !isOverBudget else { return }
        most = [PassSets.all]
        var found: [(table: Int32, peerClass: Int32, set: Int32)] = []
        for (index, peers) in tables.judged.enumerated() {
            let usual = sets.number(of: reading.mostRow(peers))
            most.append(usual)
            reading.forEachException(peers) { peerClass, row in
                let set = sets.number(of: row)
                if set != usual { found.append((Int32(index + 1), Int32(peerClass), set)) }
            }
            isOverBudget = found.count > Self.exceptionCountMax
            guard !isOverBudget else { return }
        }
        if tables.direction == .egress {
            sort(found.lazy.map { ($0.table, Exception(place: $0.peerClass, set: $0.set)) })
        } else {
            sort(found.lazy.map { ($0.peerClass, Exception(place: $0.table, set: $0.set)) })
        }
    }

    /// Puts the exceptions of each line together, in the order in which they were found.
    private mutating func sort(_ found: some Collection<(line: Int32, exception: Exception)>) {
        let lineCount = 1 + Int(found.lazy.map(\.line).max() ?? 0)
        ends = [Int](repeating: 0, count: lineCount + 1)
        for item in found { ends[Int(item.line) + 1] += 1 }
        for line in 0..<lineCount { ends[line + 1] += ends[line] }
        exceptions = [Exception](repeating: Exception(place: 0, set: 0), count: found.count)
        for item in found {
            exceptions[ends[Int(item.line)]] = item.exception
            ends[Int(item.line)] += 1
        }
        ends.removeLast()
    }

    var exceptionCount: Int { exceptions.count }

    /// The exceptions of a table (egress) or of a class of peers (ingress).
    subscript(line: Int) -> ArraySlice<Exception> {
        guard line < ends.count else { return [] }
        return exceptions[(line == 0 ? 0 : ends[line - 1])..<ends[line]]
    }

    /// For each table the services that it passes to any of `peerClasses`, as numbers of sets; of
    /// egress alone, within the budget.
    func unions(over peerClasses: Set<Int>, _ sets: inout PassSets) -> [Int32] {
        var isMeant = [Bool](repeating: false, count: 1 + (peerClasses.max() ?? 0))
        for number in peerClasses { isMeant[number] = true }
        var known: [Set<Int32>: Int32] = [:]
        return most.indices.map { table in
            var seen: Set<Int32> = []
            var ownCount = 0
            for exception in self[table] where exception.place < isMeant.count {
                guard isMeant[Int(exception.place)] else { continue }
                seen.insert(exception.set)
                ownCount += 1
            }
            if ownCount < peerClasses.count { seen.insert(most[table]) }
            let union = known[seen] ?? sets.number(ofUnion: seen.sorted())
            known[seen] = union
            return union
        }
    }
}
