import Packet

/// What the tables of one network pass to some classes of peers: for each table and each class the
/// number of a set of services.
struct PassCells: Sendable {
    /// The most cells: 256 MiB.
    private static let cellCountMax = 1 << 26

    private let classCount: Int
    private var cells: [Int32] = []
    /// Whether there are more cells than may be: then none was read, and nothing can be asked.
    let isOverBudget: Bool

    /// - Parameter peerClasses: from now on they are counted from 0, in this order.
    init(
        _ tables: PassTables, _ reading: TableReading, _ sets: inout PassSets,
        of peerClasses: [Int]
    ) {
        classCount = peerClasses.count
        isOverBudget = tables.count > Self.cellCountMax / max(classCount, 1)
        guard !isOverBudget else { return }
        cells.reserveCapacity(tables.count * classCount)
        cells.append(contentsOf: repeatElement(PassSets.all, count: classCount))
        for peers in tables.judged {
            for peerClass in peerClasses {
                cells.append(sets.number(of: reading.row(peers, peerClass: peerClass)))
            }
        }
    }

    /// The set that a table passes to a class.
    subscript(table: Int, peerClass: Int) -> Int32 { cells[table * classCount + peerClass] }
}
