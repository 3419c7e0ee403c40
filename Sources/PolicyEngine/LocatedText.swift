/// A text of the file with the place of each of its characters, also where YAML folds lines.
package struct LocatedText {
    /// Where it begins.
    package let position: SourcePosition
    /// Whether it stands in quotes.
    package let isQuoted: Bool
    /// The text itself, in one line.
    package let string: String
    private(set) var scalars: [(scalar: Unicode.Scalar, position: SourcePosition)] = []

    /// Finds the characters of `value`, whose node begins at `position`, in the source.
    init(
        _ value: String, at position: SourcePosition, isQuoted: Bool, in text: SourceText
    ) {
        self.position = position
        self.isQuoted = isQuoted
        string =
            value.utf8.contains(UInt8(ascii: "\n"))
            ? String(
                String.UnicodeScalarView(value.unicodeScalars.map { $0 == "\n" ? " " : $0 }))
            : value
        var cursor = Cursor(
            line: position.line - 1, column: position.column - (isQuoted ? 0 : 1), text: text)
        for scalar in value.unicodeScalars {
            let isBlank = scalar == " " || scalar == "\n"
            let isFold = isBlank && cursor.skipFold()
            scalars.append((isBlank ? " " : scalar, cursor.position))
            if isFold || scalar != "\n" { cursor.column += 1 }  // an empty line has no column
        }
    }

    /// Whether nothing stands there.
    package var isEmpty: Bool { scalars.allSatisfy { $0.scalar == " " } }

    /// The text with single spaces, as people quote a sentence.
    var singleSpaced: String {
        var followsSpace = true
        for octet in string.utf8 {
            let isSpace = octet == UInt8(ascii: " ")
            if isSpace, followsSpace { return respaced }
            followsSpace = isSpace
        }
        return followsSpace ? respaced : string
    }

    private var respaced: String { string.split(separator: " ").joined(separator: " ") }

    /// Just after the last character.
    var end: SourcePosition {
        guard let last = scalars.last?.position else { return position }
        return SourcePosition(line: last.line, column: last.column + 1)
    }

    /// A place in the source, both numbers from 0.
    private struct Cursor {
        var line: Int
        var column: Int
        let text: SourceText

        var position: SourcePosition { SourcePosition(line: line + 1, column: column + 1) }

        /// At the end of a line, where YAML folds the break into one space: on to the next text.
        /// The space then stands directly before that text.
        mutating func skipFold() -> Bool {
            guard let here = content(line), here.dropFirst(column).allSatisfy({ $0 == " " })
            else { return false }
            var next = line + 1
            while let other = content(next) {
                if let first = other.firstIndex(where: { $0 != " " }) {
                    line = next
                    column = max(first - 1, 0)
                    return true
                }
                next += 1
            }
            return false
        }

        private func content(_ line: Int) -> [Unicode.Scalar]? {
            text.lines.indices.contains(line) ? text.lines[line] : nil
        }
    }
}
