/// Reads the tokens of one sentence from left to right.
struct TokenReader {
    private let tokens: [Token]
    private var index = 0

    init(_ text: LocatedText) throws(SyntaxFault) { tokens = try Tokenizer.tokens(of: text) }

    /// The next token; at the end, the end again.
    var next: Token { tokens[index] }

    var isAtEnd: Bool { next.kind == .end }

    mutating func take() -> Token {
        defer { index = min(index + 1, tokens.count - 1) }
        return next
    }

    /// Takes the next token if it is of this kind.
    mutating func take(_ kind: Token.Kind) -> Bool {
        guard next.kind == kind else { return false }
        _ = take()
        return true
    }

    /// Takes the next token if it is this word.
    mutating func take(word: String) -> Bool { take(.word(word)) }

    /// Takes a token of this kind, or fails with what was expected.
    mutating func expect(_ kind: Token.Kind, _ what: String, hint: String) throws(SyntaxFault) {
        guard take(kind) else { throw unexpected(what, hint: hint) }
    }

    /// Takes a name: a word of letters, digits, `.`, `_`, `-`, and `/` where a key may hold it.
    mutating func name(_ what: String, allowing slash: Bool = false) throws(SyntaxFault) -> String {
        guard let word = next.word else {
            throw unexpected(what, hint: "names are made of letters, digits, `.`, `_` and `-`")
        }
        try NameRule.check(word, what, at: next.position, allowing: slash)
        _ = take()
        return word
    }

    /// The fault that `what` was expected here.
    func unexpected(_ what: String, hint: String) -> SyntaxFault {
        SyntaxFault(
            at: next.position, "expected \(what), found \(next.quoted)", hint: hint)
    }
}

/// What a name may look like.
enum NameRule {
    /// The longest name, in characters.
    static let countMax = 128

    /// Words with a meaning of their own; a group or service of that name could not be used.
    static let reserved: Set<String> = [
        "any", "vm", "cidr", "label", "except", "and", "has", "in", "on", "as", "log", "until",
        "limit", "sampled", "by", "allow", "deny", "reject", "pass", "default", "tcp",
        "udp", "sctp", "icmp", "icmpv6", "proto",
    ]

    /// Fails when `name` holds other characters than names do, or is too long.
    static func check(
        _ name: String, _ what: String, at position: SourcePosition, allowing slash: Bool = false
    ) throws(SyntaxFault) {
        if name.utf8.count > countMax {
            throw SyntaxFault(
                at: position, "\(what) is longer than \(countMax) characters",
                hint: "choose a shorter one")
        }
        let first = name.utf8.first ?? 0
        let hasSoundRest = name.utf8.allSatisfy {
            isSound($0) || (slash && $0 == UInt8(ascii: "/"))
        }
        guard isAlphanumeric(first), hasSoundRest else {
            throw SyntaxFault(
                at: position, "`\(name)` cannot be \(what)",
                hint: "names begin with a letter or digit and go on with these, `.`, `_` or `-`")
        }
    }

    private static func isSound(_ octet: UInt8) -> Bool {
        isAlphanumeric(octet) || "._-".utf8.contains(octet)
    }

    private static func isAlphanumeric(_ octet: UInt8) -> Bool {
        switch octet {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        default: false
        }
    }
}
