/// The rows of a part, and the chains of them, one behind the other.
///
/// - Shape of a row: how many steps; where each begins; what each says. Of a chain: how many rows;
///   where each lies.
struct RowPool {
    /// All rows; nothing lies at place 0.
    private(set) var words: [UInt32] = [0]
    /// The steps of all rows.
    private(set) var boundaryCount = 0

    private var known = NumberLists()
    /// The row that is looked for.
    private var sought: [UInt32] = []
    private var places: [UInt32] = []

    init() {}

    /// A pool that was made before.
    init(_ words: [UInt32], boundaryCount: Int) {
        self.words = words
        self.boundaryCount = boundaryCount
    }

    /// The place of a row, found where it was stored before.
    mutating func store(_ row: ServiceSteps) -> UInt32 {
        sought.removeAll(keepingCapacity: true)
        Self.write(row, to: &sought)
        let number = known.number(of: sought[...])
        if number == places.count { places.append(append(row)) }
        return places[number]
    }

    /// The place of a row that is put behind the others.
    mutating func append(_ row: ServiceSteps) -> UInt32 {
        boundaryCount += row.count
        let place = UInt32(words.count)
        Self.write(row, to: &words)
        return place
    }

    /// The place of a chain, marked as one.
    mutating func append(chain rows: [UInt32]) -> UInt32 {
        let place = UInt32(words.count)
        words.append(UInt32(rows.count))
        words.append(contentsOf: rows)
        return place | PolicyPart.chainMark
    }

    private static func write(_ row: ServiceSteps, to words: inout [UInt32]) {
        words.append(UInt32(row.count))
        for step in row.steps { words.append(UInt32(truncatingIfNeeded: step >> 32)) }
        for step in row.steps { words.append(UInt32(truncatingIfNeeded: step)) }
    }
}
