/// Looks for the parts of YAML that a dialect does without, on one line.
///
/// Quotes are taken wherever they stand, and must close on their line. That refuses a little more
/// than YAML would (an apostrophe in a text), but never takes for a comment what YAML reads.
struct LineScan {
    /// The most brackets that may be open at once, which bounds how deep a reader descends.
    static let depthMax = 8

    /// The first refused part of the line.
    private(set) var fault: LineFault?
    /// How many brackets are open after the line.
    private(set) var depth: Int
    private let line: [Unicode.Scalar]
    private let dialect: YAMLDialect

    /// Scans `line`, before which `depth` brackets are open.
    init(_ line: [Unicode.Scalar], _ dialect: YAMLDialect, depth: Int) {
        self.line = line
        self.dialect = dialect
        self.depth = depth
        fault = scan()
    }

    private mutating func scan() -> LineFault? {
        var quote: (mark: Unicode.Scalar, column: Int)?
        for (index, scalar) in line.enumerated() {
            if let open = quote {
                if scalar == "\\" { return escape(at: index + 1) }
                if scalar == open.mark { quote = nil }
            } else if scalar == "#", index == 0 || line[index - 1] == " " {
                return nil
            } else if scalar == "\"" || scalar == "'" {
                quote = (scalar, index + 1)
            } else if let fault = structure(scalar, at: index) {
                return fault
            }
        }
        guard let quote else { return nil }
        return LineFault(
            quote.column, "the quote is not closed on its line",
            hint: "close it, or leave it out: names need no quotes")
    }

    /// The key of a `KEY: …` line that begins with `content`, without its quotes.
    static func key(_ content: ArraySlice<Unicode.Scalar>) -> String? {
        for index in content.indices where content[index] == ":" {
            guard index + 1 == content.endIndex || content[index + 1] == " " else { continue }
            let text = content[..<index].filter { $0 != "\"" && $0 != "'" }
            let key = String(String.UnicodeScalarView(text))
            return String(key.reversed().drop { $0 == " " }.reversed())
        }
        return nil
    }

    private func escape(at column: Int) -> LineFault {
        LineFault(
            column, "escapes are not part of \(dialect.files)",
            hint: "write the character itself; names are ASCII letters, digits, `.`, `_` and `-`")
    }

    private mutating func structure(_ scalar: Unicode.Scalar, at index: Int) -> LineFault? {
        let column = index + 1
        switch scalar {
        case "\t": return tab(column)
        case "&": return refused("anchors (`&`)", column)
        case "*" where index > 0 && line[index - 1] == "/":
            return refused(
                "aliases (`*`)", column,
                "for every port or type leave out the `/` and what follows: `tcp`, `icmp`")
        case "*": return refused("aliases (`*`)", column)
        case "[" where isEmptyList(at: index), "]" where isEmptyList(at: index - 1):
            return nil
        case "{", "[": return opening(column)
        case "}", "]": return closing(column)
        case "?": return refused("complex keys (`?`)", column)
        case "%" where index == 0: return refused("directives (`%`)", column)
        case "!" where !isOperator(at: index):
            guard !beginsText(at: index) else { return refused("tags (`!`)", column) }
            return refused(
                "tags (`!`)", column,
                "leave peers out with `except`; a label's value with `label KEY!=VALUE`")
        case "<" where isMerge(at: index): return refused("merges (`<<`)", column)
        default: return nil
        }
    }

    /// Whether the `!` at `index` is that of `KEY != VALUE`: where a text begins, YAML reads a tag.
    private func isOperator(at index: Int) -> Bool {
        line.indices.contains(index + 1) && line[index + 1] == "=" && !beginsText(at: index)
    }

    /// Whether nothing but a key or the mark of an item stands before `index`.
    private func beginsText(at index: Int) -> Bool {
        guard let before = line[..<index].last(where: { $0 != " " }) else { return true }
        return before == ":" || before == "-"
    }

    private func isMerge(at index: Int) -> Bool {
        line[index...].starts(with: ["<", "<"])
    }

    /// Whether `[]`, a list of nothing, stands at `index`: the one bracket that cannot mislead.
    private func isEmptyList(at index: Int) -> Bool {
        index >= 0 && index + 1 < line.count && line[index] == "[" && line[index + 1] == "]"
    }

    private func tab(_ column: Int) -> LineFault {
        LineFault(
            column, "a tab may not stand here: editors show it in different widths",
            hint: "use spaces")
    }

    private func refused(
        _ part: String, _ column: Int, _ hint: String = "write the text out in each place"
    ) -> LineFault {
        LineFault(
            column, "\(part) are not part of \(dialect.files): a file must mean what it shows",
            hint: hint)
    }

    private mutating func opening(_ column: Int) -> LineFault? {
        guard dialect.hasBrackets else { return brackets(column) }
        depth += 1
        guard depth > Self.depthMax else { return nil }
        return LineFault(
            column, "more than \(Self.depthMax) brackets are open here",
            hint: "close those that should be closed")
    }

    private mutating func closing(_ column: Int) -> LineFault? {
        guard dialect.hasBrackets else { return brackets(column) }
        guard depth > 0 else {
            return LineFault(
                column, "this bracket closes nothing", hint: "remove it, or open one before it")
        }
        depth -= 1
        return nil
    }

    private func brackets(_ column: Int) -> LineFault {
        LineFault(
            column, "collections in brackets are not part of \(dialect.files)",
            hint: "write one `- item` or one `key: value` on a line")
    }
}
