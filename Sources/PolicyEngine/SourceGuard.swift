/// Refuses, before any YAML reader sees it, what a file may not hold.
///
/// - Refused: hidden characters, tabs, overlong lines, and every part of YAML by which a text can
///   mean more than it shows: anchors, aliases, tags, directives, complex keys, escapes, duplicate
///   keys, and collections in brackets unless the dialect has them. What is left is mappings, lists
///   and texts.
/// - Cost: one pass over the text, whatever it holds.
struct SourceGuard {
    /// The largest file, in bytes of UTF-8.
    static let byteCountMax = 1 << 20
    /// The deepest indentation, which bounds how deep a reader descends.
    static let indentationMax = 100

    private let dialect: YAMLDialect
    private var diagnostics: Diagnostics
    /// How many brackets are open before the line.
    private var depth = 0
    private var mappings: [(indentation: Int, lines: [String: Int])] = []

    /// The faults of `text`, beyond which it must not be read.
    static func inspect(_ text: SourceText) -> Diagnostics {
        var inspection = SourceGuard(dialect: text.dialect, diagnostics: Diagnostics(text))
        for (index, line) in text.lines.enumerated() where !inspection.diagnostics.isFull {
            inspection.inspect(line, number: index + 1)
        }
        return inspection.diagnostics
    }

    private mutating func inspect(_ line: [Unicode.Scalar], number: Int) {
        let scan = LineScan(line, dialect, depth: depth)
        if let fault = oversize(line) ?? hidden(line) ?? nested(line) ?? scan.fault {
            diagnostics.report(
                at: SourcePosition(line: number, column: fault.column), fault.message,
                hint: fault.hint)
        } else if depth == 0 {
            noteKey(of: line, number: number)
        }
        depth = scan.depth
    }

    private func oversize(_ line: [Unicode.Scalar]) -> LineFault? {
        if line.count > dialect.columnMax {
            return LineFault(
                dialect.columnMax + 1, "the line is longer than \(dialect.columnMax) characters",
                hint: "break the sentence; its next lines are indented deeper than its first")
        }
        guard line.prefix(while: { $0 == " " }).count > Self.indentationMax else { return nil }
        return LineFault(
            Self.indentationMax + 1,
            "the line is indented by more than \(Self.indentationMax) columns",
            hint: "\(dialect.file) needs two columns for each level")
    }

    /// A list within a list on one line would nest as deep as the line is long.
    private func nested(_ line: [Unicode.Scalar]) -> LineFault? {
        let content = line.drop { $0 == " " }
        let rest = content.dropFirst().drop { $0 == " " }
        guard content.starts(with: ["-", " "]), rest.starts(with: ["-", " "]) else { return nil }
        return LineFault(
            rest.startIndex + 1, "lists within lists are not part of \(dialect.files)",
            hint: "write one `- sentence` on a line")
    }

    private func hidden(_ line: [Unicode.Scalar]) -> LineFault? {
        for (index, scalar) in line.enumerated() {
            guard let reason = ForbiddenCharacter(scalar) else { continue }
            let code = String(scalar.value, radix: 16, uppercase: true)
            let padded = String(repeating: "0", count: max(0, 4 - code.count)) + code
            return LineFault(
                index + 1,
                "U+\(padded) may not stand in \(dialect.file): it is \(reason.explanation)",
                hint: "remove the character; save the file as plain UTF-8")
        }
        return nil
    }

    /// Notes the key of a `KEY: …` line, and a second one in the same mapping as a fault.
    private mutating func noteKey(of line: [Unicode.Scalar], number: Int) {
        let indentation = line.prefix { $0 == " " }.count
        guard indentation < line.count, line[indentation] != "#" else { return }
        mappings.removeAll { $0.indentation > indentation }
        guard line[indentation] != "-", let key = LineScan.key(line[indentation...]) else { return }
        if mappings.last?.indentation != indentation { mappings.append((indentation, [:])) }
        if let first = mappings[mappings.count - 1].lines.updateValue(number, forKey: key) {
            diagnostics.report(
                at: SourcePosition(line: number, column: indentation + 1),
                "`\(key)` stands twice: it is already on line \(first)",
                hint: "keep one of the two; a later one would silently replace the earlier")
        }
    }
}

/// A fault within one line, its column counted from 1.
struct LineFault {
    let column: Int
    let message: String
    let hint: String

    init(_ column: Int, _ message: String, hint: String) {
        self.column = column
        self.message = message
        self.hint = hint
    }
}
