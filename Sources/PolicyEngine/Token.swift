/// A word or sign of a sentence.
struct Token {
    enum Kind: Equatable {
        case word(String)
        case arrow, implies, comma, open, close, bar, equals, differs, end
    }

    let kind: Kind
    let position: SourcePosition

    /// The token as messages quote it.
    var quoted: String {
        switch kind {
        case .word(let word): "`\(word)`"
        case .arrow: "`->`"
        case .implies: "`=>`"
        case .comma: "`,`"
        case .open: "`(`"
        case .close: "`)`"
        case .bar: "`|`"
        case .equals: "`=`"
        case .differs: "`!=`"
        case .end: "the end of the sentence"
        }
    }

    /// The word, unless this is a sign.
    var word: String? {
        if case .word(let word) = kind { word } else { nil }
    }
}

/// Cuts a sentence into tokens.
struct Tokenizer {
    private let text: LocatedText
    private var index = 0

    /// The tokens of `text`, closed by one of kind `end`.
    static func tokens(of text: LocatedText) throws(SyntaxFault) -> [Token] {
        var tokenizer = Tokenizer(text: text)
        var tokens: [Token] = []
        while let token = try tokenizer.next() { tokens.append(token) }
        tokens.append(Token(kind: .end, position: text.end))
        return tokens
    }

    private init(text: LocatedText) { self.text = text }

    private func scalar(at index: Int) -> Unicode.Scalar? {
        text.scalars.indices.contains(index) ? text.scalars[index] : nil
    }

    private mutating func next() throws(SyntaxFault) -> Token? {
        while scalar(at: index) == " " { index += 1 }
        guard let scalar = scalar(at: index) else { return nil }
        let position = text.position(of: index)
        if let (kind, count) = sign(scalar) {
            index += count
            return Token(kind: kind, position: position)
        }
        guard Self.isWord(scalar) else { throw unexpected(scalar, position) }
        return Token(kind: .word(word()), position: position)
    }

    private func sign(_ scalar: Unicode.Scalar) -> (Token.Kind, count: Int)? {
        switch scalar {
        case ",": (.comma, 1)
        case "(": (.open, 1)
        case ")": (.close, 1)
        case "|": (.bar, 1)
        case "=" where self.scalar(at: index + 1) == ">": (.implies, 2)
        case "=": (.equals, 1)
        case "!" where self.scalar(at: index + 1) == "=": (.differs, 2)
        case "-" where self.scalar(at: index + 1) == ">": (.arrow, 2)
        default: nil
        }
    }

    private mutating func word() -> String {
        var octets: [UInt8] = []  // all are ASCII
        while let scalar = scalar(at: index), Self.isWord(scalar) || isNumberSign(scalar) {
            if scalar == "-", self.scalar(at: index + 1) == ">" { break }
            octets.append(UInt8(truncatingIfNeeded: scalar.value))
            index += 1
        }
        return String(decoding: octets, as: UTF8.self)
    }

    /// Whether this is the `#` of `policy/#3`, the third rule of a policy.
    private func isNumberSign(_ scalar: Unicode.Scalar) -> Bool {
        scalar == "#" && self.scalar(at: index - 1) == "/"
    }

    /// The characters of names, addresses and services.
    private static func isWord(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar {
        case "a"..."z", "A"..."Z", "0"..."9", "_", ".", "-", "/", ":": true
        default: false
        }
    }

    private func unexpected(
        _ scalar: Unicode.Scalar, _ position: SourcePosition
    ) -> SyntaxFault {
        SyntaxFault(
            at: position, "`\(scalar)` does not belong in a sentence",
            hint: scalar == ">"
                ? "the arrow is written `->`"
                : "names are made of ASCII letters, digits, `.`, `_` and `-`")
    }
}
