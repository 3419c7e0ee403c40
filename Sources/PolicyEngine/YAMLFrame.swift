import Yams

/// The frame of a file: what the YAML says, with every text kept at its place.
package indirect enum YAMLFrame {
    /// A text.
    case text(LocatedText)
    /// Its parts, in order, and where it begins.
    case list([YAMLFrame], SourcePosition)
    /// Keys and values as they stand there, no key twice, and where it begins.
    case mapping([(key: LocatedText, value: YAMLFrame)], SourcePosition)

    /// Where it begins.
    package var position: SourcePosition {
        switch self {
        case .text(let text): text.position
        case .list(_, let position), .mapping(_, let position): position
        }
    }

    /// What stands there, for messages.
    package var kind: String {
        switch self {
        case .text(let text): text.isEmpty ? "nothing" : "a text"
        case .list: "a list"
        case .mapping: "a mapping"
        }
    }

    /// Reads a text that ``SourceGuard`` has passed.
    init(_ source: PolicySource, _ text: SourceText) throws(SyntaxFault) {
        let root: Node?
        do {
            root = try Parser(yaml: source.text, resolver: .basic, encoding: .utf8).singleRoot()
        } catch {
            throw Self.fault(error)
        }
        guard let root else {
            throw SyntaxFault(
                at: SourcePosition(line: 1, column: 1), "the file is empty",
                hint: text.dialect.beginning)
        }
        self = try Self.read(root, text)
    }

    private static func read(_ node: Node, _ text: SourceText) throws(SyntaxFault) -> YAMLFrame {
        switch node {
        case .scalar(let scalar): return .text(try read(scalar, text))
        case .sequence(let sequence):
            var list: [YAMLFrame] = []
            for item in sequence { list.append(try read(item, text)) }
            return .list(list, position(sequence.mark))
        case .mapping(let mapping):
            var pairs: [(key: LocatedText, value: YAMLFrame)] = []
            for (key, value) in mapping {
                pairs.append((try readKey(key, text), try read(value, text)))
            }
            return .mapping(pairs, position(mapping.mark))
        case .alias(let alias): throw unexpected("an alias", position(alias.mark), text)
        }
    }

    private static func readKey(
        _ node: Node, _ text: SourceText
    ) throws(SyntaxFault) -> LocatedText {
        guard let scalar = node.scalar else {
            throw unexpected("a key of several parts", position(node.mark), text)
        }
        return try read(scalar, text)
    }

    private static func read(
        _ scalar: Node.Scalar, _ text: SourceText
    ) throws(SyntaxFault) -> LocatedText {
        let position = position(scalar.mark)
        switch scalar.style {
        case .literal, .folded: throw unexpected("block text (`|`, `>`)", position, text)
        case .singleQuoted, .doubleQuoted:
            return LocatedText(scalar.string, at: position, isQuoted: true, in: text)
        default: return LocatedText(scalar.string, at: position, isQuoted: false, in: text)
        }
    }

    private static func unexpected(
        _ what: String, _ position: SourcePosition, _ text: SourceText
    ) -> SyntaxFault {
        SyntaxFault(
            at: position, "\(what) is not part of \(text.dialect.files)",
            hint: "write the text itself, after `key: ` or `- `")
    }

    private static func position(_ mark: Mark?) -> SourcePosition {
        SourcePosition(line: mark?.line ?? 1, column: mark?.column ?? 1)
    }

    /// What libyaml found; the guard leaves it little to find.
    private static func fault(_ error: any Error) -> SyntaxFault {
        let hint = "check the indentation, and that each line is `key: value` or `- sentence`"
        switch error as? YamlError {
        case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
            .composer(_, let problem, let mark, _):
            return SyntaxFault(at: position(mark), "this is not YAML: \(problem)", hint: hint)
        case .duplicatedKeysInMapping(let keys, let context):
            return SyntaxFault(
                at: position(context.mark), "`\(keys.first ?? "")` stands twice", hint: hint)
        default:
            return SyntaxFault(
                at: SourcePosition(line: 1, column: 1), "this is not YAML", hint: hint)
        }
    }
}
