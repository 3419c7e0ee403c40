/// Words that the code does not use, and words that it must give a reason for.
enum Words {
    /// Never, in code or comment.
    static let forbidden = ["TODO", "FIXME", "XXX", "try!", "as!", "@testable"]
    /// Only below a comment that proves why it is right there.
    static let explained = [
        "fatalError", "preconditionFailure", "@unchecked Sendable", "nonisolated(unsafe)",
        "Unmanaged",
    ]
    /// The one file whose subject is the pointer between control and workers.
    static let snapshotPointer = "SnapshotPointer"
    /// Names that say nothing.
    static let emptyNames = ["Manager", "Helper", "Utils", "Utilities", "Extras", "Misc", "Common"]

    static func violations(in file: SourceFile) -> [Violation] {
        forbiddenWords(in: file) + unexplainedWords(in: file) + emptyName(of: file)
    }

    private static func forbiddenWords(in file: SourceFile) -> [Violation] {
        file.code.indices.flatMap { index in
            forbidden.filter { file.lines[index].contains($0) }
                .filter { file.code[index].uses($0) || file.comments[index].uses($0) }
                .map { Violation(path: file.path, line: index + 1, sentence: "'\($0)'") }
        }
    }

    private static func unexplainedWords(in file: SourceFile) -> [Violation] {
        file.code.indices.flatMap { index in
            explained.filter {
                file.code[index].contains($0) && file.code[index].uses($0)
                    && !isExplained(file, index)
            }
            .filter { $0 != "Unmanaged" || file.name != snapshotPointer }.map {
                let sentence = "'\($0)' without a comment above that gives the reason"
                return Violation(path: file.path, line: index + 1, sentence: sentence)
            }
        }
    }

    private static func isExplained(_ file: SourceFile, _ index: Int) -> Bool {
        if file.comments[index].contains("//") { return true }
        let above = file.lines[..<index].last { !$0.drop { $0 == " " }.hasPrefix("@") }
        return above.map { $0.drop { $0 == " " }.hasPrefix("//") } ?? false
    }

    private static func emptyName(of file: SourceFile) -> [Violation] {
        emptyNames.filter { file.name.contains($0) }
            .map { Violation(path: file.path, line: 0, sentence: "'\($0)' says nothing") }
    }
}

extension String {
    /// The word occurs, and not as the end of a longer name.
    fileprivate func uses(_ word: String) -> Bool {
        ranges(of: word).contains { range in
            guard range.lowerBound > startIndex else { return true }
            let before = self[index(before: range.lowerBound)]
            return !(before.isLetter || before.isNumber || before == "_")
        }
    }
}
