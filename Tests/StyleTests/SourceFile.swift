import Foundation

/// A Swift file of the repository, split into lines three ways.
struct SourceFile {
    /// The path from the root of the repository.
    let path: String
    /// As written.
    let lines: [String]
    /// With comments and literals blanked out.
    let code: [String]
    /// With everything but comments blanked out.
    let comments: [String]

    init(path: String, text: String) {
        let bytes = Array(text.utf8)
        let kinds = SwiftScanner(bytes).kinds
        self.path = path
        lines = Self.lines(of: bytes) { _ in true }
        code = Self.lines(of: bytes) { kinds[$0] == .code }
        comments = Self.lines(of: bytes) { kinds[$0] == .comment }
    }

    /// The second folder of the path: `Packet` for `Sources/Packet/VNI.swift`.
    var room: String { String(path.split(separator: "/").dropFirst().first ?? "") }

    /// The file's name without its suffix.
    var name: String { String(path.split(separator: "/").last?.dropLast(".swift".count) ?? "") }

    /// Lines that hold code: neither blank nor comment only.
    var codeLineCount: Int { code.count { !$0.allSatisfy(\.isWhitespace) } }

    private static func lines(of bytes: [UInt8], where isKept: (Int) -> Bool) -> [String] {
        var kept = bytes
        for index in bytes.indices where bytes[index] != UInt8(ascii: "\n") && !isKept(index) {
            kept[index] = UInt8(ascii: " ")
        }
        if kept.last == UInt8(ascii: "\n") { kept.removeLast() }
        return kept.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
            .map { String(decoding: $0, as: UTF8.self) }
    }
}
