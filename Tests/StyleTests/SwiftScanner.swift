/// Tells code, comments and literals of a Swift source apart, byte by byte.
///
/// An interpolation `\(…)` inside a string is code again. Bare regex literals are recognised by
/// what stands before them, so a division is never mistaken for one.
struct SwiftScanner {
    enum Kind { case code, comment, literal }

    private let bytes: [UInt8]
    private var position = 0
    /// What each byte of the source belongs to.
    private(set) var kinds: [Kind]

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
        kinds = Array(repeating: .code, count: bytes.count)
        scanCode(untilParenthesis: false)
    }

    private mutating func scanCode(untilParenthesis isNested: Bool) {
        var depth = 0
        while position < bytes.count {
            let mayBegin = "/#\"".utf8.contains(bytes[position])
            if mayBegin, scanComment() || scanString() || scanRegex() { continue }
            if bytes[position] == UInt8(ascii: "(") { depth += 1 }
            if bytes[position] == UInt8(ascii: ")") { depth -= 1 }
            position += 1
            if isNested && depth == 0 { return }
        }
    }

    private mutating func scanComment() -> Bool {
        if starts(with: "//") {
            while position < bytes.count, bytes[position] != newline { mark(.comment, 1) }
            return true
        }
        guard starts(with: "/*") else { return false }
        var depth = 0
        repeat {
            if starts(with: "/*") {
                depth += 1
                mark(.comment, 2)
            } else if starts(with: "*/") {
                depth -= 1
                mark(.comment, 2)
            } else {
                mark(.comment, 1)
            }
        } while depth > 0 && position < bytes.count
        return true
    }

    private mutating func scanString() -> Bool {
        let pounds = poundCount
        let quote = position + pounds
        guard quote < bytes.count, bytes[quote] == UInt8(ascii: "\"") else { return false }
        let marks = String(repeating: "#", count: pounds)
        let isMultiline = starts(with: marks + "\"\"\"")
        let delimiter = isMultiline ? "\"\"\"" : "\""
        mark(.literal, pounds + delimiter.utf8.count)
        while position < bytes.count, !starts(with: delimiter + marks) {
            if starts(with: "\\" + marks + "(") {
                mark(.literal, 1 + pounds)
                scanCode(untilParenthesis: true)
            } else if starts(with: "\\" + marks) {
                mark(.literal, 2 + pounds)
            } else if bytes[position] == newline && !isMultiline {
                return true
            } else {
                mark(.literal, 1)
            }
        }
        mark(.literal, delimiter.utf8.count + pounds)
        return true
    }

    private mutating func scanRegex() -> Bool {
        let pounds = poundCount
        guard position + pounds + 1 < bytes.count, bytes[position + pounds] == slash,
            pounds > 0 || (bytes[position + 1] != space && isLiteralExpected)
        else { return false }
        let end = Array("/".utf8) + Array(repeating: UInt8(ascii: "#"), count: pounds)
        var last = position + pounds + 1
        while last < bytes.count, !bytes[last...].starts(with: end) {
            if bytes[last] == newline && pounds == 0 { return false }
            last += bytes[last] == UInt8(ascii: "\\") ? 2 : 1
        }
        mark(.literal, last + end.count - position)
        return true
    }

    /// A value may begin here: after an opening bracket, a comma, a colon or an equals sign.
    private var isLiteralExpected: Bool {
        let before = bytes[..<position].last { $0 != space && $0 != newline }
        return before.map { "(,=:[".utf8.contains($0) } ?? true
    }

    private var poundCount: Int {
        bytes[position...].prefix { $0 == UInt8(ascii: "#") }.count
    }

    private func starts(with text: String) -> Bool {
        bytes[position...].starts(with: text.utf8)
    }

    private mutating func mark(_ kind: Kind, _ count: Int) {
        let end = min(position + count, bytes.count)
        for index in position..<end { kinds[index] = kind }
        position = end
    }
}

private let newline = UInt8(ascii: "\n")
private let space = UInt8(ascii: " ")
private let slash = UInt8(ascii: "/")
