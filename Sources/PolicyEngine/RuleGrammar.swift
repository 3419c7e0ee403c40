/// `rule = verb peers "->" peers [ "on" services ] { option }`
///
/// `default = verb [ "log" [ "sampled" ] ]`
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
            logging: .none, position: position, text: text.singleSpaced)
        while !reader.isAtEnd { try RuleOptionGrammar.option(&reader, of: &rule) }
        return rule
    }

    static func defaultRule(_ text: LocatedText) throws(SyntaxFault) -> DefaultRule {
        var reader = try TokenReader(text)
        let action = try action(&reader, "the default")
        let logging = logging(&reader)
        guard reader.isAtEnd else {
            throw reader.unexpected(
                ["`log` or the end", "`sampled` or the end", "the end"][Int(logging.rawValue)],
                hint: "a default is `allow`, `deny`, `reject` or `pass`, "
                    + "and `log` or `log sampled` if wanted")
        }
        return DefaultRule(
            action: action, logging: logging, position: text.position,
            text: "default: " + text.singleSpaced)
    }

    /// `[ "log" [ "sampled" ] ]`
    static func logging(_ reader: inout TokenReader) -> Verdict.Logging {
        guard reader.take(word: "log") else { return .none }
        return reader.take(word: "sampled") ? .sampled : .every
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
}
