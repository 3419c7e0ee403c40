/// `never = peers "->" peers [ "on" services ]`
enum InvariantGrammar {
    static func invariant(_ text: LocatedText) throws(SyntaxFault) -> PolicyInvariant {
        var reader = try TokenReader(text)
        let position = reader.next.position
        if let word = reader.next.word, RuleAction(rawValue: word) != nil {
            throw SyntaxFault(
                at: position, "a sentence of `never` has no verb, so not `\(word)`",
                hint: "write who never reaches whom, as in `any except web -> db`")
        }
        let senders = try PeerGrammar.peers(&reader)
        try reader.expect(
            .arrow, "`->` after the senders", hint: "a sentence reads `SENDERS -> RECEIVERS`")
        let receivers = try PeerGrammar.peers(&reader)
        let hasServices = reader.take(word: "on")
        let services = hasServices ? try ServiceGrammar.services(&reader) : []
        guard reader.isAtEnd else { throw end(reader, hasServices) }
        return PolicyInvariant(
            senders: senders, receivers: receivers, services: services, position: position,
            text: text.singleSpaced)
    }

    private static func end(_ reader: TokenReader, _ hasServices: Bool) -> SyntaxFault {
        let what = hasServices ? "the end" : "`on` or the end"
        let options = ["as", "log", "until", "limit"]
        if let word = reader.next.word, options.contains(word) {
            return reader.unexpected(
                what, hint: "options belong to rules: `never` says what no rule may let through")
        }
        if reader.next.kind == .implies {
            return reader.unexpected(what, hint: "a sentence with `=>` is a test, below `tests:`")
        }
        return reader.unexpected(what, hint: "several peers or services are joined by commas")
    }
}
