import Yams

/// One function for each key of a file.
extension PolicyFileReader {
    mutating func policyName(_ frame: YAMLFrame) -> Located<String>? {
        guard let text = text(frame, "the name of the policy") else { return nil }
        return name(text, "the name of a policy")
    }

    mutating func tier(_ frame: YAMLFrame) -> PolicyTier? {
        guard let text = text(frame, "a tier") else { return nil }
        if let tier = PolicyTier(rawValue: text.string) { return tier }
        let names = PolicyTier.allCases.map(\.rawValue)
        diagnostics.report(
            at: text.position, "unknown tier `\(text.string)`",
            hint: Spelling.hint(for: text.string, among: names, "tiers"))
        return nil
    }

    mutating func mode(_ frame: YAMLFrame) -> PolicyMode? {
        guard let text = text(frame, "a mode") else { return nil }
        if let mode = PolicyMode(rawValue: text.string) { return mode }
        let names = PolicyMode.allCases.map(\.rawValue)
        diagnostics.report(
            at: text.position, "unknown mode `\(text.string)`",
            hint: Spelling.hint(for: text.string, among: names, "modes"))
        return nil
    }

    mutating func selector(_ frame: YAMLFrame) -> PeerSet? {
        guard let text = text(frame, "the VMs, as in `label app=shop`") else { return nil }
        return diagnostics.noting { () throws(SyntaxFault) in try Self.peers(text) }
    }

    mutating func groups(_ frame: YAMLFrame) -> [NamedGroup] {
        pairs(frame, "groups", "web: label role=web").compactMap { key, value in
            let name = name(key, "the name of a group")
            let text = text(value, "the members of the group, as in `label role=web`")
            let members = text.flatMap { text in
                diagnostics.noting { () throws(SyntaxFault) in try Self.peers(text) }
            }
            // A group at fault keeps its name: what refers to it is not at fault.
            return name.map { NamedGroup(name: $0, members: members ?? PeerSet([])) }
        }
    }

    mutating func services(_ frame: YAMLFrame) -> [NamedService] {
        pairs(frame, "services", "http: tcp/80, tcp/443").compactMap { key, value in
            let name = name(key, "the name of a service")
            let text = text(value, "protocols and ports, as in `tcp/80, tcp/443`")
            let terms = text.flatMap { text in
                diagnostics.noting { () throws(SyntaxFault) in try Self.services(text) }
            }
            return name.map { NamedService(name: $0, terms: terms ?? []) }
        }
    }

    mutating func rules(_ frame: YAMLFrame) -> [PolicyRule] {
        let list = List(
            of: "rules", item: "a rule, as in `allow web -> db`",
            hint: "write one rule on a line, as in `- allow web -> db on tcp/5432`")
        return sentences(frame, list) { (text) throws(SyntaxFault) in try RuleGrammar.rule(text) }
    }

    mutating func invariants(_ frame: YAMLFrame) -> [PolicyInvariant] {
        let list = List(
            of: "what never happens", item: "who never reaches whom, as in `any except web -> db`",
            hint: "write one sentence on a line, as in `- any except web -> db on tcp/5432`")
        return sentences(frame, list) { (text) throws(SyntaxFault) in
            try InvariantGrammar.invariant(text)
        }
    }

    mutating func tests(_ frame: YAMLFrame) -> [PolicyTest] {
        let list = List(
            of: "tests", item: "a test, as in `vm web1 -> vm db1 on tcp/5432 => allow`",
            hint: "write one test on a line, as in `- vm web1 -> vm db1 on tcp/22 => deny`")
        return sentences(frame, list) { (text) throws(SyntaxFault) in
            try PolicyTestGrammar.test(text)
        }
    }

    /// A section that lists sentences: what they are, and how one is written.
    private struct List {
        let name: String
        let item: String
        let hint: String

        init(of name: String, item: String, hint: String) {
            (self.name, self.item, self.hint) = (name, item, hint)
        }
    }

    private mutating func sentences<Sentence>(
        _ frame: YAMLFrame, _ list: List,
        _ read: (LocatedText) throws(SyntaxFault) -> Sentence
    ) -> [Sentence] {
        guard case .list(let items, _) = frame else {
            diagnostics.report(
                at: frame.position, "expected a list of \(list.name), found \(frame.kind)",
                hint: list.hint)
            return []
        }
        return items.compactMap { item in
            guard let text = text(item, list.item) else { return nil }
            return diagnostics.noting { () throws(SyntaxFault) in try read(text) }
        }
    }

    mutating func defaultRule(_ frame: YAMLFrame) -> DefaultRule? {
        guard let text = text(frame, "`allow`, `deny`, `reject` or `pass`") else { return nil }
        return diagnostics.noting { () throws(SyntaxFault) in try RuleGrammar.defaultRule(text) }
    }

    private static func peers(_ text: LocatedText) throws(SyntaxFault) -> PeerSet {
        var reader = try TokenReader(text)
        let peers = try PeerGrammar.peers(&reader)
        guard reader.isAtEnd else {
            throw reader.unexpected(
                "`,`, `except` or the end", hint: "several peers are joined by commas")
        }
        return peers
    }

    private static func services(
        _ text: LocatedText
    ) throws(SyntaxFault) -> [Located<ServiceTerm>] {
        var reader = try TokenReader(text)
        let terms = try ServiceGrammar.services(&reader)
        guard reader.isAtEnd else {
            throw reader.unexpected(
                "`,` or the end", hint: "several services are joined by commas")
        }
        return terms
    }

    /// The entries of a section that maps names.
    private mutating func pairs(
        _ frame: YAMLFrame, _ section: String, _ example: String
    ) -> [(LocatedText, YAMLFrame)] {
        if case .mapping(let pairs, _) = frame { return pairs.map { ($0.key, $0.value) } }
        diagnostics.report(
            at: frame.position, "expected \(section) by name, found \(frame.kind)",
            hint: "write one on a line, as in `\(example)`, or leave the key out")
        return []
    }

    /// The text that stands at `frame`, if one does.
    private mutating func text(_ frame: YAMLFrame, _ what: String) -> LocatedText? {
        if case .text(let text) = frame, !text.isEmpty { return text }
        var hint = "write the text after the key or dash, on the same line"
        if case .mapping = frame { hint = "a sentence holds no `: `; quote it if it must" }
        diagnostics.report(
            at: frame.position, "expected \(what), found \(frame.kind)", hint: hint)
        return nil
    }

    /// A name that the file gives; it must be a text for every YAML reader.
    private mutating func name(_ text: LocatedText, _ what: String) -> Located<String>? {
        let name = text.string
        return diagnostics.noting { () throws(SyntaxFault) in
            if !text.isQuoted, let kind = ImplicitType.of(name) {
                throw SyntaxFault(
                    at: text.position, "`\(name)` without quotes is \(kind) in YAML, not a name",
                    hint: "write \"\(name)\", or choose another name")
            }
            try NameRule.check(name, what, at: text.position)
            if NameRule.reserved.contains(name) {
                throw SyntaxFault(
                    at: text.position, "`\(name)` cannot be \(what): the word has a meaning",
                    hint: "choose another name")
            }
            return Located(name, at: text.position)
        }
    }
}

/// What YAML would take an unquoted word for.
package enum ImplicitType {
    /// `a boolean`, `a number`, `null` or `a date`; nil for a text.
    package static func of(_ word: String) -> String? {
        switch Resolver.default.resolveTag(of: Node(word)) {
        case .bool: "a boolean"
        case .int, .float: "a number"
        case .null: "null"
        case .timestamp: "a date"
        default: nil
        }
    }
}
