/// The text of one file, and the path under which errors and verdicts name it.
public struct PolicySource: Hashable, Sendable {
    /// The path, as the user wrote it.
    public let path: String
    /// The whole text.
    public let text: String

    /// The file at `path` with this text.
    public init(path: String, text: String) {
        self.path = path
        self.text = text
    }
}

/// A source cut into lines, so that a position can be found and shown.
package struct SourceText: Sendable {
    let path: String
    let dialect: YAMLDialect
    let lines: [[Unicode.Scalar]]

    init(_ source: PolicySource, _ dialect: YAMLDialect = .policy) {
        path = source.path
        self.dialect = dialect
        var lines: [[Unicode.Scalar]] = [[]]
        for scalar in source.text.unicodeScalars {
            if scalar == "\n" {
                if lines[lines.count - 1].last == "\r" { lines[lines.count - 1].removeLast() }
                lines.append([])
            } else {
                lines[lines.count - 1].append(scalar)
            }
        }
        self.lines = lines
    }

    /// The line with this number, counted from 1; empty when there is none.
    func line(_ number: Int) -> String {
        guard lines.indices.contains(number - 1) else { return "" }
        var text = String.UnicodeScalarView()
        text.append(contentsOf: lines[number - 1].map(Self.shown))
        return String(text)
    }

    /// Characters that would disturb a terminal are shown as U+FFFD.
    private static func shown(_ scalar: Unicode.Scalar) -> Unicode.Scalar {
        scalar == "\t" ? " " : ForbiddenCharacter(scalar) == nil ? scalar : "\u{fffd}"
    }
}
