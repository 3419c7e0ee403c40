/// Rows of text in aligned columns: what people read in place of JSON.
///
/// Columns whose cells are all numbers stand to the right; the last column is not padded.
package struct Table: CustomStringConvertible {
    private let header: [String]
    private var rows: [[String]] = []

    /// Creates an empty table; an empty header is not printed.
    package init(_ header: [String] = []) {
        self.header = header
    }

    /// Adds a row; an empty cell is shown as `-` in a table that has a header.
    package mutating func add(_ cells: [String?]) {
        let blank = header.isEmpty ? "" : "-"
        rows.append(cells.map { $0.flatMap { $0.isEmpty ? nil : $0.printable } ?? blank })
    }

    /// The table; each line ends with a newline.
    package var description: String {
        let lines = header.isEmpty ? rows : [header] + rows
        let count = lines.map(\.count).max() ?? 0
        let columns = (0..<count).map { Column(lines, $0, isNumeric: isNumeric($0)) }
        return lines.map { Self.line($0, columns) + "\n" }.joined()
    }

    private func isNumeric(_ column: Int) -> Bool {
        !rows.isEmpty
            && rows.allSatisfy { row in
                guard column < row.count else { return false }
                return row[column] == "-" || Double(row[column]) != nil
            }
    }

    private static func line(_ cells: [String], _ columns: [Column]) -> String {
        let padded = cells.indices.map { index in
            columns[index].pad(cells[index], isLast: index == cells.count - 1)
        }
        return padded.joined(separator: "  ")
    }

    /// The width and the side of one column.
    private struct Column {
        let width: Int
        let isNumeric: Bool

        init(_ lines: [[String]], _ index: Int, isNumeric: Bool) {
            width = lines.map { index < $0.count ? $0[index].count : 0 }.max() ?? 0
            self.isNumeric = isNumeric
        }

        func pad(_ cell: String, isLast: Bool) -> String {
            let blanks = String(repeating: " ", count: width - cell.count)
            if isNumeric { return blanks + cell }
            return isLast ? cell : cell + blanks
        }
    }
}

extension Table {
    /// A table of one row for each field that has a value, without a header.
    package static func fields(_ fields: [(name: String, value: String?)]) -> Table {
        var table = Table()
        for (name, value) in fields {
            guard let value, !value.isEmpty else { continue }
            table.add([name, value])
        }
        return table
    }
}

extension String {
    /// The text with each control character replaced, so that no name that came from elsewhere
    /// can steer the terminal.
    package var printable: String {
        let isPlain = unicodeScalars.allSatisfy { !Self.steers($0) }
        if isPlain { return self }
        return String(
            String.UnicodeScalarView(unicodeScalars.map { Self.steers($0) ? "\u{FFFD}" : $0 }))
    }

    private static func steers(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator: true
        default: false
        }
    }
}
