import Packet

/// `test = end "->" end "on" service "=>" ( "allow" | "deny" | "reject" ) [ "by" RULE ]`
///
/// `end = "vm" NAME | "cidr" ADDRESS`
///
/// `RULE = NAME | POLICY "/" ( NAME | "#" NUMBER | "default" ) | "default"`
enum PolicyTestGrammar {
    private static let example = "vm web1 -> vm db1 on tcp/5432 => allow"

    static func test(_ text: LocatedText) throws(SyntaxFault) -> PolicyTest {
        var reader = try TokenReader(text)
        let position = reader.next.position
        if let word = reader.next.word, RuleAction(rawValue: word) != nil {
            throw SyntaxFault(
                at: position, "a test begins with the sender, not with `\(word)`",
                hint: "what must happen stands last, as in `\(example)`")
        }
        let sender = try end(&reader, "the sender")
        try reader.expect(.arrow, "`->` after the sender", hint: "a test reads `\(example)`")
        let receiver = try end(&reader, "the receiver")
        guard reader.take(word: "on") else {
            throw reader.unexpected(
                "`on` and a service", hint: "a test names its service, as in `on tcp/5432`")
        }
        let service = try service(&reader)
        try reader.expect(.implies, "`=>` after the service", hint: "a test reads `\(example)`")
        let action = try action(&reader)
        let rule = reader.take(word: "by") ? try rule(&reader) : nil
        guard reader.isAtEnd else {
            throw reader.unexpected(
                rule == nil ? "`by` or the end" : "the end", hint: "a test reads `\(example)`")
        }
        return PolicyTest(
            sender: sender, receiver: receiver, service: service, action: action, rule: rule,
            position: position, text: text.singleSpaced)
    }

    /// One VM or one address.
    private static func end(
        _ reader: inout TokenReader, _ what: String
    ) throws(SyntaxFault) -> Located<Peer> {
        let hint = "a test speaks of one connection: write `vm NAME` or `cidr ADDRESS`"
        let token = reader.next
        switch token.word {
        case "vm":
            _ = reader.take()
            return Located(.vm(try reader.name("the name of a VM")), at: token.position)
        case "cidr":
            _ = reader.take()
            return Located(.cidr(try address(&reader, hint)), at: token.position)
        case "any", "label":
            throw SyntaxFault(
                at: token.position, "\(token.quoted) may be many: \(what) of a test is one",
                hint: hint)
        case let word? where !NameRule.reserved.contains(word):
            throw SyntaxFault(
                at: token.position,
                "\(token.quoted) is a group or nothing: \(what) of a test is "
                    + "one VM or address", hint: hint)
        default: throw reader.unexpected("\(what), one VM or address", hint: hint)
        }
    }

    private static func address(
        _ reader: inout TokenReader, _ hint: String
    ) throws(SyntaxFault) -> IPPrefix {
        let token = reader.next
        let prefix = try PrefixGrammar.prefix(&reader)
        if prefix.bitCount == 128 { return prefix }
        throw SyntaxFault(
            at: token.position, "\(token.quoted) holds many addresses: a test names one",
            hint: hint)
    }

    private static func service(
        _ reader: inout TokenReader
    ) throws(SyntaxFault) -> Located<ServiceTerm> {
        let services = try ServiceGrammar.services(&reader)
        if services.count == 1 { return services[0] }
        throw SyntaxFault(
            at: services[1].position, "a test names one service",
            hint: "write a test for each, or name them together below `services:`")
    }

    private static func action(_ reader: inout TokenReader) throws(SyntaxFault) -> RuleAction {
        let hint = "a test says what becomes of the connection: `allow`, `deny` or `reject`"
        let token = reader.next
        guard let word = token.word, let action = RuleAction(rawValue: word) else {
            throw reader.unexpected("`allow`, `deny` or `reject` after `=>`", hint: hint)
        }
        if action == .pass {
            throw SyntaxFault(
                at: token.position, "`pass` is no outcome: some later rule decides", hint: hint)
        }
        _ = reader.take()
        return action
    }

    private static func rule(
        _ reader: inout TokenReader
    ) throws(SyntaxFault) -> Located<String> {
        let hint = "write `by NAME`, `by default`, or `by POLICY/NAME` for a rule of another policy"
        guard let word = reader.next.word else {
            throw reader.unexpected("the name of a rule after `by`", hint: hint)
        }
        let position = reader.take().position
        let parts = word.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        guard parts.count <= 2, parts.allSatisfy({ !$0.isEmpty && $0 != "#" }) else {
            throw SyntaxFault(
                at: position, "`\(word)` cannot be the name of a rule", hint: hint)
        }
        return Located(word, at: position)
    }
}
