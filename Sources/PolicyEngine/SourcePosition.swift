/// A place in a policy file, as editors count: lines and columns from 1.
public struct SourcePosition: Hashable, Sendable, Comparable {
    /// The line.
    public let line: Int
    /// The column, in Unicode scalars.
    public let column: Int

    /// The place at `line` and `column`.
    public init(line: Int, column: Int) {
        self.line = line
        self.column = column
    }

    /// Reading order.
    public static func < (left: SourcePosition, right: SourcePosition) -> Bool {
        (left.line, left.column) < (right.line, right.column)
    }
}

extension SourcePosition: CustomStringConvertible {
    /// `LINE:COLUMN`.
    public var description: String { "\(line):\(column)" }
}

/// A value of a policy file and where it stands there.
public struct Located<Value: Sendable>: Sendable {
    /// What was written.
    public let value: Value
    /// Where its first character stands.
    public let position: SourcePosition

    /// `value`, found at `position`.
    public init(_ value: Value, at position: SourcePosition) {
        self.value = value
        self.position = position
    }
}
