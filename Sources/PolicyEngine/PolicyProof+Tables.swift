import Packet

/// The sets of services that rows let pass, each distinct set with one number.
struct PassSets: Sendable {
    /// The number of the empty set.
    static let none = 0 as Int32
    /// The number of the set of all services: what an end that nobody judges lets pass.
    static let all = 1 as Int32

    private let reading: TableReading
    private var interner = Interner<ServiceSet>()
    private var numberOfRow: [TableReading.Row: Int32] = [:]

    init(_ reading: TableReading) {
        self.reading = reading
        _ = interner.number(of: .none)
        _ = interner.number(of: .all)
    }

    var values: [ServiceSet] { interner.values }

    mutating func number(of row: TableReading.Row) -> Int32 {
        if let known = numberOfRow[row] { return known }
        let number = self.number(of: reading.passing(row))
        numberOfRow[row] = number
        return number
    }

    /// The number of the union of the sets with these numbers.
    mutating func number(ofUnion numbers: [Int32]) -> Int32 {
        number(of: ServiceSet.union(of: numbers.map { interner.values[Int($0)] }))
    }

    private mutating func number(of set: ServiceSet) -> Int32 { Int32(interner.number(of: set)) }
}

/// What the ends of one network pass, in one direction: for each distinct table and each class of
/// peers the number of a set of services.
///
/// - Shape: of egress one line for each table, of ingress one line for each class of peers: the
///   search walks along lines in both.
struct PassTables: Sendable {
    /// The table of an end that nobody judges.
    static let open = 0
    /// The most cells: 256 MiB.
    private static let cellCountMax = 1 << 26

    let direction: TrafficDirection
    private var numbers: [TableReading.Peers: Int] = [:]
    private var tables: [TableReading.Peers] = []
    private(set) var cells: [Int32] = []
    private(set) var peerClassCount = 0
    /// For each line the sets that occur in it.
    private(set) var setsOfLine: [[Int32]] = []
    /// Whether there are more cells than may be: then none was read, and nothing can be asked.
    private(set) var isOverBudget = false

    init(_ direction: TrafficDirection) { self.direction = direction }

    /// One more than the number of distinct tables: the open one is counted.
    var tableCount: Int { tables.count + 1 }

    /// The number of the table with which an end decides.
    mutating func number(of peers: TableReading.Peers) -> Int {
        if let number = numbers[peers] { return number }
        tables.append(peers)
        numbers[peers] = tables.count
        return tables.count
    }

    /// Reads the cells of `peerClasses` alone, once every table has its number. From then on these
    /// are counted from 0, in their order.
    mutating func fill(_ reading: TableReading, _ sets: inout PassSets, only peerClasses: [Int]) {
        guard makeCells(peerClasses.count) else { return }
        for (index, peers) in tables.enumerated() {
            let (start, step) = cellsOfTable(index + 1)
            for (place, peerClass) in peerClasses.enumerated() {
                let row = reading.row(peers, peerClass: peerClass)
                cells[start + place * step] = sets.number(of: row)
            }
        }
    }

    /// Makes room for all cells; false when they are too many.
    private mutating func makeCells(_ peerClassCount: Int) -> Bool {
        self.peerClassCount = peerClassCount
        isOverBudget = tableCount > Self.cellCountMax / max(peerClassCount, 1)
        guard !isOverBudget else { return false }
        cells = [Int32](repeating: PassSets.all, count: tableCount * peerClassCount)
        return true
    }

    /// Reads all cells, once every table has its number.
    mutating func fill(_ reading: TableReading, _ sets: inout PassSets) {
        guard makeCells(reading.peerClassCount) else { return }
        for (index, peers) in tables.enumerated() {
            let rows = reading.rows(peers)
            let most = sets.number(of: rows.most)
            let (start, step) = cellsOfTable(index + 1)
            for peerClass in 0..<peerClassCount { cells[start + peerClass * step] = most }
            for (peerClass, row) in rows.others {
                cells[start + peerClass * step] = sets.number(of: row)
            }
        }
        let isEgress = direction == .egress
        let width = isEgress ? peerClassCount : tableCount
        setsOfLine = (0..<(isEgress ? tableCount : peerClassCount)).map { index in
            Self.distinct(cells[index * width..<(index + 1) * width])
        }
    }

    /// The numbers that occur, each once.
    private static func distinct(_ line: ArraySlice<Int32>) -> [Int32] {
        var seen: Set<Int32> = []
        var last = -1 as Int32
        for number in line where number != last {
            seen.insert(number)
            last = number
        }
        return seen.sorted()
    }

    func set(_ table: Int, _ peerClass: Int) -> Int32 {
        let (start, step) = cellsOfTable(table)
        return cells[start + peerClass * step]
    }

    /// Where the cells of a table begin, and how far each is from the next.
    private func cellsOfTable(_ table: Int) -> (start: Int, step: Int) {
        direction == .egress ? (table * peerClassCount, 1) : (table, tableCount)
    }

    /// The line of a table (egress) or of a class of peers (ingress).
    func line(_ index: Int) -> ArraySlice<Int32> {
        let width = direction == .egress ? peerClassCount : tableCount
        return cells[index * width..<(index + 1) * width]
    }
}

extension PassTables {
    /// For each table the services that it passes to any of `peerClasses`, as numbers of sets.
    func unions(
        over peerClasses: Set<Int>, _ reading: TableReading, _ sets: inout PassSets
    ) -> [Int32] {
        guard !isOverBudget else { return [] }
        var unions = [peerClasses.isEmpty ? PassSets.none : PassSets.all]
        var known: [[Int32]: Int32] = [:]
        for peers in tables {
            let rows = reading.rows(peers)
            let own = rows.others.filter { peerClasses.contains($0.peerClass) }
            var seen = Set(own.map { sets.number(of: $0.row) })
            if own.count < peerClasses.count { seen.insert(sets.number(of: rows.most)) }
            let key = seen.sorted()
            let union = known[key] ?? sets.number(ofUnion: key)
            known[key] = union
            unions.append(union)
        }
        return unions
    }
}
