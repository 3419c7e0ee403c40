/// One fault of a policy file: where it is, what is wrong and why, and what to do about it.
public struct PolicyError: Error, Hashable, Sendable {
    /// The file.
    public let path: String
    /// The line, from 1.
    public let line: Int
    /// The column, from 1, in Unicode scalars.
    public let column: Int
    /// What is wrong, and why.
    public let message: String
    /// What to do.
    public let hint: String
    /// The offending line as it stands in the file.
    public let sourceLine: String

    /// A fault of the file `path` at `position`.
    public init(
        path: String, at position: SourcePosition, _ text: (message: String, hint: String),
        sourceLine: String
    ) {
        self.path = path
        self.line = position.line
        self.column = position.column
        self.message = text.message
        self.hint = text.hint
        self.sourceLine = sourceLine
    }
}

extension PolicyError: CustomStringConvertible {
    /// Four lines: `path:line:column: message`, the source line, a caret below its column, and the
    /// hint.
    public var description: String {
        """
        \(path):\(line):\(column): \(message)
            \(sourceLine)
            \(String(repeating: " ", count: max(column - 1, 0)))^
        hint: \(hint)
        """
    }
}

/// Why policy files were refused: every fault that was found, in reading order.
public struct PolicyErrors: Error, Hashable, Sendable {
    /// The faults; never empty, at most ``countMax``.
    public let errors: [PolicyError]

    /// How many faults of one file are reported; more would not help anyone.
    public static let countMax = 100

    /// These faults.
    public init(_ errors: [PolicyError]) { self.errors = Array(errors.prefix(Self.countMax)) }
}

extension PolicyErrors: CustomStringConvertible {
    /// The faults, an empty line between them.
    public var description: String { errors.map(\.description).joined(separator: "\n\n") }
}

/// A remark on files that are legal, but probably not what was meant.
public struct PolicyWarning: Hashable, Sendable {
    /// The file.
    public let path: String
    /// Where.
    public let position: SourcePosition
    /// What is remarkable, and when it is harmless.
    public let message: String
}

extension PolicyWarning {
    /// A fault that stops nothing.
    init(_ error: PolicyError) {
        self.init(
            path: error.path, position: SourcePosition(line: error.line, column: error.column),
            message: "\(error.message); \(error.hint)")
    }
}

extension PolicyWarning: CustomStringConvertible {
    /// `path:line:column: message`.
    public var description: String { "\(path):\(position): \(message)" }
}
