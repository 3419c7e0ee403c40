import Testing

@Suite struct WordsTests {
    @Test("no word stands in the code that must not, or that lacks its reason")
    func wordsAreKept() {
        let files = Repository.swiftFiles(below: "Sources")
        let broken = files.flatMap(Words.violations)
        #expect(broken.isEmpty, "\(broken.report)")
    }

    @Test(
        "a forbidden or unexplained word is found",
        arguments: [
            "// TODO: later", "let a = try! b()", "@testable import A", "fatalError(\"a\")",
            "final class A: @unchecked Sendable {}",
        ])
    func findsTheWord(text: String) {
        #expect(Words.violations(in: SourceFile(path: "Sources/A/B.swift", text: text)).count == 1)
    }

    @Test(
        "a reason above, a literal and a longer name pass",
        arguments: [
            "// The kernel answers this only for a closed descriptor.\nfatalError(\"a\")",
            "// Immutable after init.\n@frozen\nfinal class A: @unchecked Sendable {}",
            "let a = \"TODO\"", "let aTODO = 1", "Unmanaged.pass()  // freed in deinit",
        ])
    func passesTheRest(text: String) {
        #expect(Words.violations(in: SourceFile(path: "Sources/A/B.swift", text: text)).isEmpty)
    }

    @Test("a file whose name says nothing is found")
    func findsEmptyNames() {
        let file = SourceFile(path: "Sources/A/PortManager.swift", text: "")
        #expect(Words.violations(in: file).map(\.sentence) == ["'Manager' says nothing"])
    }
}
