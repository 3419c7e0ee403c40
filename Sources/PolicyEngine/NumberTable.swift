/// Rows of numbers: flat as they were made, with those replaced since beside them.
///
/// Copying a table and replacing a few rows costs what was replaced: the flat part is shared.
struct NumberTable: Sendable {
    private var items: [UInt32]
    private var ends: [UInt32]
    private var replaced: [Int: [UInt32]] = [:]

    /// A table without rows.
    init() {
        items = []
        ends = []
    }

    /// The rows below `rowCount` of `pairs`, each in the order of the pairs.
    init(rowCount: Int, _ pairs: [(row: UInt32, item: UInt32)]) {
        var places = [UInt32](repeating: 0, count: rowCount + 1)
        for pair in pairs { places[Int(pair.row) + 1] += 1 }
        for row in 0..<rowCount { places[row + 1] += places[row] }
        items = [UInt32](repeating: 0, count: pairs.count)
        for pair in pairs {
            items[Int(places[Int(pair.row)])] = pair.item
            places[Int(pair.row)] += 1
        }
        places.removeLast()
        ends = places
    }

    /// The rows whose contents turned over: for each number, the rows that hold it, ascending.
    func inverted(below bound: Int) -> NumberTable {
        var pairs: [(row: UInt32, item: UInt32)] = []
        pairs.reserveCapacity(items.count)
        for row in ends.indices { for item in self[row] { pairs.append((item, UInt32(row))) } }
        return NumberTable(rowCount: bound, pairs)
    }

    /// How many numbers the flat part holds.
    var itemCount: Int { items.count }

    /// The row; empty when there is none.
    subscript(row: Int) -> ArraySlice<UInt32> {
        if !replaced.isEmpty, let list = replaced[row] { return list[...] }
        guard row < ends.count else { return [] }
        return items[(row == 0 ? 0 : Int(ends[row - 1]))..<Int(ends[row])]
    }

    /// Adds a row to the flat part, while it is made.
    mutating func append(_ row: some Sequence<UInt32>) {
        items.append(contentsOf: row)
        ends.append(UInt32(items.count))
    }

    /// Replaces a row, or adds one.
    mutating func set(_ row: Int, to list: [UInt32]) { replaced[row] = list }
}
