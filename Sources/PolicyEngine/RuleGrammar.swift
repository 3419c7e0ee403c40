/// `rule = verb peers "->" peers [ "on" services ] { option }`
enum RuleGrammar {
    static func rule(_ text: LocatedText) throws(SyntaxFault) -> PolicyRule {
        var reader = try TokenReader(text)
        let position = reader.next.position
        let action = try action(&reader, "a rule")
        let senders = try PeerGrammar.peers(&reader)
        try reader.expect(
            .arrow, "`->` after the senders", hint: "a rule reads `allow SENDERS -> RECEIVERS`")
        let receivers = try PeerGrammar.peers(&reader)
        let services = reader.take(word: "on") ? try ServiceGrammar.services(&reader) : []
        var rule = PolicyRule(
            action: action, senders: senders, receivers: receivers, services: services,
            logging: .none, position: position, text: Self.text(text))
        while !reader.isAtEnd { try option(&reader, of: &rule) }
        return rule
    }

    /// `default: verb [log]`
    static func defaultRule(_ text: LocatedText) throws(SyntaxFault) -> DefaultRule {
        var reader = try TokenReader(text)
        let action = try action(&reader, "the default")
        let isLogged = reader.take(word: "log")
        if isLogged { try refuseSampling(reader) }
        guard reader.isAtEnd else {
            throw reader.unexpected(
                isLogged ? "the end" : "`log` or the end",
                hint: "a default is `allow`, `deny`, `reject` or `pass`, and `log` if wanted")
        }
        return DefaultRule(
            action: action, logging: isLogged ? .every : .none, position: text.position,
            text: "default: " + Self.text(text))
    }

    /// The sentence with single spaces.
    private static func text(_ text: LocatedText) -> String {
        text.string.split(separator: " ").joined(separator: " ")
    }

    private static func action(
        _ reader: inout TokenReader, _ what: String
    ) throws(SyntaxFault) -> RuleAction {
        let verbs = RuleAction.allCases.map(\.rawValue)
        if let word = reader.next.word, let action = RuleAction(rawValue: word) {
            _ = reader.take()
            return action
        }
        throw SyntaxFault(
            at: reader.next.position,
            "\(what) begins with `allow`, `deny`, `reject` or `pass`, not with "
                + reader.next.quoted,
            hint: Spelling.hint(for: reader.next.word ?? "", among: verbs, "verbs"))
    }

    /// `option = "as" NAME | "log" [ "sampled" ] | "until" DATE | "limit" N "/s"`
    private static func option(
        _ reader: inout TokenReader, of rule: inout PolicyRule
    ) throws(SyntaxFault) {
        let token = reader.next
        switch token.word {
        case "as": try name(&reader, of: &rule)
        case "log" where rule.logging == .none:
            _ = reader.take()
            try refuseSampling(reader)
            rule.logging = .every
        case "log": throw twice(token, "log")
        case "until":
            throw later(
                token, "until", "remove it, and the rule from the file when its time is over")
        case "limit": throw later(token, "limit", "remove it: the rule then allows any number")
        default: throw unknown(reader, rule)
        }
    }

    private static func name(
        _ reader: inout TokenReader, of rule: inout PolicyRule
    ) throws(SyntaxFault) {
        let token = reader.take()
        if rule.name != nil { throw twice(token, "as") }
        let position = reader.next.position
        let name = try reader.name("the name of a rule")
        if NameRule.reserved.contains(name) {
            throw SyntaxFault(
                at: position, "`\(name)` cannot be the name of a rule: the word has a meaning",
                hint: "choose another name")
        }
        rule.name = Located(name, at: position)
    }

    private static func refuseSampling(_ reader: TokenReader) throws(SyntaxFault) {
        guard reader.next.word == "sampled" else { return }
        throw later(reader.next, "log sampled", "write `log`, which records every decision")
    }

    private static func twice(_ token: Token, _ option: String) -> SyntaxFault {
        SyntaxFault(
            at: token.position, "the option `\(option)` stands twice", hint: "keep one of the two")
    }

    private static func later(_ token: Token, _ option: String, _ hint: String) -> SyntaxFault {
        SyntaxFault(at: token.position, "`\(option)` is not yet supported", hint: hint)
    }

    private static func unknown(_ reader: TokenReader, _ rule: PolicyRule) -> SyntaxFault {
        var words = ["as", "log"]
        if rule.services.isEmpty { words = ["on"] + words }
        let list = words.map { "`\($0)`" }.joined(separator: ", ")
        let what = "\(list) or the end"
        if reader.next.kind == .arrow {
            return reader.unexpected(what, hint: "a rule has one `->`; write two rules")
        }
        let near = Spelling.nearest(to: reader.next.word ?? "", among: words)
        return reader.unexpected(
            what,
            hint: near.map { "did you mean `\($0)`?" }
                ?? "several peers or services are joined by commas")
    }
}
