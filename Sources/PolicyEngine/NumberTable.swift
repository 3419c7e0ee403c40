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

    /// How many rows were replaced or added since the table was made.
    var replacedCount: Int { replaced.count }

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

extension RandomAccessCollection where Element == UInt32 {
    /// The first place whose number is not below `number`; the collection ascends.
    func place(of number: UInt32) -> Index {
        var low = startIndex
        var count = count
        while count > 0 {
            let half = count / 2
            let middle = index(low, offsetBy: half)
            if self[middle] < number {
                low = index(after: middle)
                count -= half + 1
            } else {
                count = half
            }
        }
        return low
    }

    /// Whether an ascending collection holds `number`.
    func holds(_ number: UInt32) -> Bool {
        let place = place(of: number)
        return place < endIndex && self[place] == number
    }
}

extension [UInt32] {
    /// Adds `number` in its place, once.
    mutating func insertOnce(_ number: UInt32) {
        let place = place(of: number)
        if place == endIndex || self[place] != number { insert(number, at: place) }
    }

    /// Takes `number` out.
    mutating func removeOnce(_ number: UInt32) {
        let place = place(of: number)
        if place < endIndex, self[place] == number { remove(at: place) }
    }

    /// The members of either list, each once, ascending.
    func union(_ other: some RandomAccessCollection<UInt32>) -> [UInt32] {
        if other.isEmpty { return self }
        if isEmpty { return Array(other) }
        var all = self
        all.append(contentsOf: other)
        all.sort()
        var kept: [UInt32] = []
        kept.reserveCapacity(all.count)
        for number in all where kept.last != number { kept.append(number) }
        return kept
    }
}
