import Testing

@Suite struct PairingTests {
    @Test("every source has its test, and every test its source")
    func testsMirrorSources() {
        let broken = Pairing.violations(
            sources: Repository.swiftFiles(below: "Sources"),
            tests: Repository.swiftFiles(below: "Tests"))
        #expect(broken.isEmpty, "\(broken.report)")
    }

    @Test("the test lines are at least eight for ten source lines")
    func testsAreAsLongAsSources() {
        let sources = Repository.swiftFiles(below: "Sources").map(\.codeLineCount)
        let tests = Repository.swiftFiles(below: "Tests").map(\.codeLineCount)
        #expect(tests.reduce(0, +) * 10 >= sources.reduce(0, +) * 8)
    }

    @Test("a long source without a test and a test without a source are found")
    func findsTheUnpaired() {
        let long = String(repeating: "let a = 1\n", count: 61)
        let sources = [
            SourceFile(path: "Sources/A/Long.swift", text: long),
            SourceFile(path: "Sources/A/Short.swift", text: "let a = 1\n// b\n\n"),
            SourceFile(path: "Sources/A/Inner/Paired.swift", text: long),
            SourceFile(path: "Sources/A/Paired+Aspect.swift", text: long),
            SourceFile(path: "Sources/vswctl/Long.swift", text: long),
        ]
        let tests = [
            SourceFile(path: "Tests/ATests/PairedTests.swift", text: ""),
            SourceFile(path: "Tests/ATests/Short+AspectTests.swift", text: ""),
            SourceFile(path: "Tests/ATests/OrphanTests.swift", text: ""),
            SourceFile(path: "Tests/ATests/Vectors.swift", text: ""),
            SourceFile(path: "Tests/SystemTests/AnythingTests.swift", text: ""),
        ]
        let found = Pairing.violations(sources: sources, tests: tests).map(\.description)
        #expect(
            found == [
                "Tests/ATests/OrphanTests.swift: there is no Orphan.swift in Sources/A",
                "Sources/A/Long.swift: 61 lines of code, and no Tests/ATests/LongTests.swift",
            ])
    }
}
