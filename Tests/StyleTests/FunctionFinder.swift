/// A function, initialiser, subscript or computed property, as the size rules see it.
struct FunctionShape: Equatable {
    let name: String
    /// The line of its keyword, counted from 1.
    let line: Int
    /// The lines between its braces; 1 when both stand on one line.
    let bodyLineCount: Int
    let parameterCount: Int
}

/// Finds functions in Swift code whose comments and literals are blanked out.
///
/// It knows just enough of the grammar: a keyword, a parameter list, an effect and return clause, a
/// body in braces. A declaration without a body (a requirement of a protocol) counts as one line.
struct FunctionFinder {
    private let code: [UInt8]
    private var position = 0

    static func functions(in file: SourceFile) -> [FunctionShape] {
        var finder = FunctionFinder(code: Array(file.code.joined(separator: "\n").utf8))
        var found: [FunctionShape] = []
        var line = 1
        var counted = 0
        while let start = finder.nextKeyword() {
            line += finder.code[counted..<start].count { $0 == newline }
            counted = start
            if let shape = finder.shape(atLine: line) { found.append(shape) }
        }
        return found
    }

    private init(code: [UInt8]) { self.code = code }

    /// Moves behind the next keyword that begins a function; answers where the keyword begins.
    private mutating func nextKeyword() -> Int? {
        while position < code.count {
            let start = position
            guard code[start].isIdentifier else {
                position += 1
                continue
            }
            while position < code.count, code[position].isIdentifier { position += 1 }
            let before = start > 0 ? code[start - 1] : newline
            let word = String(decoding: code[start..<position], as: UTF8.self)
            if before != UInt8(ascii: ".") && before != UInt8(ascii: "`")
                && Self.keywords.contains(word)
            {
                return start
            }
        }
        return nil
    }

    private static let keywords: Set<String> = ["func", "init", "subscript", "var"]

    private func shape(atLine line: Int) -> FunctionShape? {
        let start = code[..<position].lastIndex { !$0.isIdentifier }.map { $0 + 1 } ?? 0
        let keyword = String(decoding: code[start..<position], as: UTF8.self)
        let name = code[position...].prefix { !"({\n:".utf8.contains($0) }
        let label = keyword + String(decoding: name, as: UTF8.self).trimmed(before: "<")
        guard keyword != "var" else {
            return bodyOfVariable().map {
                FunctionShape(name: label, line: line, bodyLineCount: $0, parameterCount: 0)
            }
        }
        guard let open = code[position...].firstIndex(of: UInt8(ascii: "(")),
            let close = match(open)
        else {
            return nil
        }
        let parameters = parameterCount(code[(open + 1)..<close])
        let body = clauseEnd(from: close + 1).map(bodyLineCount) ?? 1
        return FunctionShape(
            name: label, line: line, bodyLineCount: body, parameterCount: parameters)
    }

    /// The lines of a property's accessors, or nil when it is stored.
    private func bodyOfVariable() -> Int? {
        let stop = code[position...].firstIndex { "={\n)".utf8.contains($0) }
        guard let stop, code[stop] == UInt8(ascii: "{") else { return nil }
        return bodyLineCount(from: stop)
    }

    /// Where the body's brace stands, behind `async throws(E) -> T where …`; nil without a body.
    private func clauseEnd(from start: Int) -> Int? {
        var index = start
        while index < code.count {
            switch Unicode.Scalar(code[index]) {
            case "{": return index
            case "}", ";": return nil
            case "(", "[": index = (match(index) ?? code.count) + 1
            case "\n":
                guard isContinued(at: index) else { return nil }
                index += 1
            default: index += 1
            }
        }
        return nil
    }

    private func isContinued(at end: Int) -> Bool {
        let next = code[end...].drop { $0.isSpace }
        let clauses = ["{", "->", "where ", "throws", "async", "rethrows"]
        if clauses.contains(where: { next.starts(with: $0.utf8) }) { return true }
        let last = code[..<end].last { !$0.isSpace }
        return last.map { ",&>:".utf8.contains($0) } ?? false
    }

    private func bodyLineCount(from open: Int) -> Int {
        let close = match(open) ?? code.count
        return max(1, code[open..<close].count { $0 == newline } - 1)
    }

    private func match(_ open: Int) -> Int? {
        var depth = 0
        for index in open..<code.count {
            depth += code[index].nesting
            if depth == 0 { return index }
        }
        return nil
    }

    private func parameterCount(_ list: ArraySlice<UInt8>) -> Int {
        var depth = 0
        var commas = 0
        var before = newline
        for byte in list {
            depth += byte.nesting
            if byte == UInt8(ascii: "<") { depth += 1 }
            if byte == UInt8(ascii: ">") && before != UInt8(ascii: "-") { depth -= 1 }
            if byte == comma && depth == 0 { commas += 1 }
            before = byte
        }
        let last = list.last { !$0.isSpace }
        return last == nil ? 0 : commas + (last == comma ? 0 : 1)
    }
}

private let newline = UInt8(ascii: "\n")
private let comma = UInt8(ascii: ",")

extension UInt8 {
    fileprivate var isSpace: Bool { self == UInt8(ascii: " ") || self == newline }

    fileprivate var isIdentifier: Bool {
        switch self {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), 0x80...:
            true
        default: false
        }
    }

    /// 1 for an opening bracket, -1 for a closing one.
    fileprivate var nesting: Int {
        switch Unicode.Scalar(self) {
        case "(", "[", "{": 1
        case ")", "]", "}": -1
        default: 0
        }
    }
}

extension String {
    fileprivate func trimmed(before end: Character) -> String {
        var text = prefix { $0 != end }
        while text.last?.isWhitespace == true { text.removeLast() }
        return String(text)
    }
}
