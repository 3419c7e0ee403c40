import Overlay
import Packet
import PolicyEngine

/// Turns the frame of a directory file into a ``Directory``, noting every fault and where each part
/// stands.
struct DirectoryReader {
    var diagnostics: Diagnostics
    /// Where the parts stand that a later check may find fault with.
    private var positions: [DirectoryPlace: SourcePosition] = [:]

    init(diagnostics: Diagnostics) {
        self.diagnostics = diagnostics
    }

    /// Where `place` stands, or the nearest place around it that is known.
    func position(of place: DirectoryPlace) -> SourcePosition {
        if let position = positions[place] { return position }
        return place.parent.map(position) ?? SourcePosition(line: 1, column: 1)
    }

    mutating func note(_ place: DirectoryPlace, at position: SourcePosition) {
        positions[place] = position
    }

    /// The directory. With faults noted, parts of it are missing.
    mutating func directory(_ frame: YAMLFrame) -> Directory {
        let sample = "begin with `hosts:`; without hosts write `hosts: {}`"
        var hosts: [Directory.Host]?
        for (key, value) in entries(frame, "the directory", sample) {
            switch key.string {
            case "hosts": hosts = self.hosts(value)
            default: refuse(key, known: ["hosts"])
            }
        }
        if hosts == nil, case .mapping = frame {
            diagnostics.report(at: frame.position, "the key `hosts` is missing", hint: sample)
        }
        return Directory(hosts ?? [])
    }

    private mutating func hosts(_ frame: YAMLFrame) -> [Directory.Host] {
        let hint = "write `NAME:` and indent what belongs to the host; without hosts write `{}`"
        return entries(frame, "hosts by name", hint).compactMap { key, value in
            guard let name = name(key, "the name of a host") else { return nil }
            note(.host(name), at: key.position)
            return host(name, value)
        }
    }
}

// Parts that occur in several places.
extension DirectoryReader {
    /// The keys and values at `frame`; none, with the fault noted, where something else stands.
    mutating func entries(
        _ frame: YAMLFrame, _ what: String, _ hint: String
    ) -> [(key: LocatedText, value: YAMLFrame)] {
        if case .mapping(let pairs, _) = frame { return pairs }
        diagnostics.report(
            at: frame.position, "expected \(what), found \(frame.kind)", hint: hint)
        return []
    }

    /// The text at `frame`; nil, with the fault noted, where something else stands.
    mutating func text(_ frame: YAMLFrame, _ what: String) -> LocatedText? {
        if case .text(let text) = frame, !text.isEmpty { return text }
        diagnostics.report(
            at: frame.position, "expected \(what), found \(frame.kind)",
            hint: "write it after the key, on the same line")
        return nil
    }

    /// The items at `frame`: of a list each one, else the one text that stands there.
    mutating func items(_ frame: YAMLFrame) -> [YAMLFrame] {
        if case .list(let items, _) = frame { return items }
        return [frame]
    }

    /// A value that `read` makes of the text at `frame`.
    mutating func value<Value>(
        _ frame: YAMLFrame, _ what: String, hint: String, _ read: (String) -> Value?
    ) -> Value? {
        guard let text = text(frame, what) else { return nil }
        if let value = read(text.string) { return value }
        diagnostics.report(at: text.position, "`\(text.string)` is not \(what)", hint: hint)
        return nil
    }

    /// A name; it must be a text for every reader of YAML, and such that policies can say it.
    mutating func name(_ text: LocatedText, _ what: String, slash: Bool = false) -> String? {
        let name = text.string
        if !text.isQuoted, let kind = ImplicitType.of(name) {
            diagnostics.report(
                at: text.position, "`\(name)` without quotes is \(kind) in YAML, not \(what)",
                hint: "write \"\(name)\"")
            return nil
        }
        guard NameSyntax.isName(name, allowing: slash ? "/" : "") else {
            diagnostics.report(
                at: text.position, "`\(name)` cannot be \(what)",
                hint: "names begin with a letter or digit and go on with these, `.`, `_`"
                    + (slash ? ", `-` or `/`" : " or `-`") + ", 128 bytes at most")
            return nil
        }
        return name
    }

    /// Notes a key that nobody knows.
    mutating func refuse(_ key: LocatedText, known: [String]) {
        diagnostics.report(
            at: key.position, "unknown key `\(key.string)`",
            hint: Spelling.hint(for: key.string, among: known, "keys"))
    }

    /// Notes that a key is missing in what begins at `position`.
    mutating func miss(_ key: String, at position: SourcePosition, hint: String) {
        diagnostics.report(at: position, "the key `\(key)` is missing", hint: hint)
    }
}
