/// The words of a compiled policy while it is built: rows and the tables that lead to them.
///
/// - Row: `count`, `count` starts, `count` verdicts. Equal rows are stored once.
/// - Offset 0 holds no row and no table: it stands for the built-in denial.
struct TableWords {
    private(set) var words: [UInt32] = [0]
    private var rows: [RowBuilder.Row: UInt32] = [:]

    /// The bytes so far.
    var byteCount: Int { words.count * 4 }

    /// Stores a row, or finds an equal one.
    mutating func offset(of row: RowBuilder.Row) -> UInt32 {
        if let offset = rows[row] { return offset }
        let offset = append([UInt32(row.starts.count)] + row.starts + row.verdicts)
        rows[row] = offset
        return offset
    }

    /// Stores a table.
    mutating func append(_ table: [UInt32]) -> UInt32 {
        defer { words.append(contentsOf: table) }
        return UInt32(words.count)
    }

    /// How many boundaries the row at `offset` has.
    func boundaryCount(ofRowAt offset: UInt32) -> Int { Int(words[Int(offset)]) }
}
