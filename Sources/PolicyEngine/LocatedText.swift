/// A text of the file with the place of each of its characters, also where YAML folds lines.
package struct LocatedText {
    /// Where it begins.
    package let position: SourcePosition
    /// Whether it stands in quotes.
    package let isQuoted: Bool
    /// The text itself, in one line.
    package let string: String
    /// Its characters; a line break is a space.
    let scalars: [Unicode.Scalar]
    /// Which of the characters stand side by side in the file: from `start` on, which is at
    /// `position`, up to the next run.
    private var runs: [(start: Int, position: SourcePosition)]

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
        scalars = Array(string.unicodeScalars)
        var cursor = Cursor(
            line: position.line - 1, column: position.column - (isQuoted ? 0 : 1), text: text)
        runs = [(0, cursor.position)]
        if cursor.isFollowed(by: scalars) { return }
        for (index, scalar) in value.unicodeScalars.enumerated() {
            let isBlank = scalar == " " || scalar == "\n"
            let isFold = isBlank && cursor.skipFold()
            if cursor.position != self.position(of: index) { runs.append((index, cursor.position)) }
            if isFold || scalar != "\n" { cursor.column += 1 }  // an empty line has no column
        }
    }

    /// Whether nothing stands there.
    package var isEmpty: Bool { scalars.allSatisfy { $0 == " " } }

    /// Where a character stands in the file.
    func position(of index: Int) -> SourcePosition {
        var (low, high) = (0, runs.count)
        while high - low > 1 {
            let middle = (low + high) / 2
            if runs[middle].start <= index { low = middle } else { high = middle }
        }
        let run = runs[low]
        return SourcePosition(
            line: run.position.line, column: run.position.column + index - run.start)
    }

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
        guard !scalars.isEmpty else { return position }
        let last = self.position(of: scalars.count - 1)
        return SourcePosition(line: last.line, column: last.column + 1)
    }

    /// A place in the source, both numbers from 0.
    private struct Cursor {
        var line: Int
        var column: Int
        let text: SourceText

        var position: SourcePosition { SourcePosition(line: line + 1, column: column + 1) }

        /// Whether the line goes on with these characters: most texts stand in one line.
        func isFollowed(by scalars: [Unicode.Scalar]) -> Bool {
            content(line)?.dropFirst(column).starts(with: scalars) ?? false
        }

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
