import Testing

@Suite struct SizesTests {
    @Test("files, lines, functions and parameter lists keep their sizes")
    func sizesAreKept() {
        let broken = Repository.swiftFiles(below: "Sources", "Tests")
            .flatMap(Sizes.violations)
        #expect(broken.isEmpty, "\(broken.report)")
    }

    @Test("nineteen functions of twenty are short")
    func mostFunctionsAreShort() {
        let shapes = Repository.swiftFiles(below: "Sources", "Tests")
            .flatMap(FunctionFinder.functions)
        #expect(Sizes.usualShare(of: shapes) >= Sizes.usualShare)
        #expect(shapes.count > 100, "the finder finds functions")
    }

    @Test(
        "the checker sees each way to be too large",
        arguments: [
            (String(repeating: "\n", count: 401), "402 lines; at most 400"),
            ("// " + String(repeating: "x", count: 97), "101 columns; at most 100"),
            (
                "func a() {" + String(repeating: "\n", count: 52) + "}",
                "func a: 51 lines; at most 50"
            ),
            ("func a(b: B, c: C, d: D, e: E, f: F) {}", "func a: 5 parameters; at most 4"),
        ])
    func seesTooLarge(text: String, sentence: String) {
        let found = Sizes.violations(in: SourceFile(path: "Sources/A/B.swift", text: text + "x"))
        #expect(found.map(\.sentence) == [sentence])
    }

    @Test(
        "what is just within its size passes",
        arguments: [
            "// " + String(repeating: "x", count: 97),
            "func a() {" + String(repeating: "\n", count: 51) + "}",
            "func a(b: B, c: C, d: D, e: E) {}",
        ])
    func passesWithin(text: String) {
        #expect(Sizes.violations(in: SourceFile(path: "Sources/A/B.swift", text: text)).isEmpty)
    }
}
