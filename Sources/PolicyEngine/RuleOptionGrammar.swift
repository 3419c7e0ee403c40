/// `option = "as" NAME | "log" [ "sampled" ] | "until" DATE | "limit" N "/s"`
enum RuleOptionGrammar {
    /// The most new connections a second that a limit may name.
    static let limitMax: UInt32 = 10_000_000

    /// Reads one option, each of which may stand once, in any order.
    static func option(
        _ reader: inout TokenReader, of rule: inout PolicyRule
    ) throws(SyntaxFault) {
        let token = reader.next
        switch token.word {
        case "as":
            try refuse(token, "as", if: rule.name != nil)
            try name(&reader, of: &rule)
        case "log":
            try refuse(token, "log", if: rule.logging != .none)
            rule.logging = RuleGrammar.logging(&reader)
        case "until":
            try refuse(token, "until", if: rule.lastDay != nil)
            _ = reader.take()
            rule.lastDay = try DayGrammar.day(&reader)
        case "limit":
            try refuse(token, "limit", if: rule.limit != nil)
            try limit(&reader, of: &rule)
        default: throw unknown(reader, rule)
        }
    }

    private static func refuse(
        _ token: Token, _ option: String, if isRepeated: Bool
    ) throws(SyntaxFault) {
        guard isRepeated else { return }
        throw SyntaxFault(
            at: token.position, "the option `\(option)` stands twice", hint: "keep one of the two")
    }

    private static func name(
        _ reader: inout TokenReader, of rule: inout PolicyRule
    ) throws(SyntaxFault) {
        _ = reader.take()
        let position = reader.next.position
        let name = try reader.name("the name of a rule")
        if NameRule.reserved.contains(name) {
            throw SyntaxFault(
                at: position, "`\(name)` cannot be the name of a rule: the word has a meaning",
                hint: "choose another name")
        }
        rule.name = Located(name, at: position)
    }

    /// `"limit" N "/s"`
    private static func limit(
        _ reader: inout TokenReader, of rule: inout PolicyRule
    ) throws(SyntaxFault) {
        let token = reader.take()
        guard rule.action == .allow else {
            throw SyntaxFault(
                at: token.position, "`limit` does not fit `\(rule.action.rawValue)`",
                hint: "only `allow` has a limit: it allows so many new connections a second")
        }
        let example = "write `limit 2000/s`, the new connections a second"
        guard let word = reader.next.word else {
            throw reader.unexpected("a number a second after `limit`", hint: example)
        }
        let position = reader.take().position
        rule.limit = try rate(word, at: position, example)
    }

    private static func rate(
        _ word: String, at position: SourcePosition, _ example: String
    ) throws(SyntaxFault) -> UInt32 {
        let parts = word.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        let isNumber = !parts[0].isEmpty && parts[0].utf8.allSatisfy { 0x30...0x39 ~= $0 }
        guard isNumber, parts[0] == "0" || !parts[0].hasPrefix("0"), parts.count == 2,
            parts[1] == "s"
        else {
            throw SyntaxFault(
                at: position, "`\(word)` is not a number of connections a second",
                hint: isNumber && parts.count == 1 ? "did you mean `\(word)/s`?" : example)
        }
        guard let number = UInt32(parts[0]), (1...limitMax).contains(number) else {
            throw SyntaxFault(
                at: position, "the limit `\(word)` is not from 1/s to \(limitMax)/s",
                hint: parts[0] == "0"
                    ? "to allow no connection, write a `deny` rule"
                    : "leave out `limit`, and the rule allows any number")
        }
        return number
    }

    private static func unknown(_ reader: TokenReader, _ rule: PolicyRule) -> SyntaxFault {
        var words = ["as", "log", "until", "limit"]
        if rule.services.isEmpty { words = ["on"] + words }
        let list = words.map { "`\($0)`" }.joined(separator: ", ")
        let what = "\(list) or the end"
        if reader.next.kind == .arrow {
            return reader.unexpected(what, hint: "a rule has one `->`; write two rules")
        }
        if reader.next.kind == .implies {
            return reader.unexpected(what, hint: "a sentence with `=>` is a test, below `tests:`")
        }
        if reader.next.word == "sampled" {
            return reader.unexpected(what, hint: "`sampled` follows `log`, as in `log sampled`")
        }
        if rule.services.isEmpty, let word = reader.next.word, word.contains("/") {
            return reader.unexpected(what, hint: "services stand after `on`: `on \(word)`")
        }
        let near = Spelling.nearest(to: reader.next.word ?? "", among: words)
        return reader.unexpected(
            what,
            hint: near.map { "did you mean `\($0)`?" }
                ?? "several peers or services are joined by commas")
    }
}
