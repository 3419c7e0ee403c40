import Testing

@Suite struct FunctionFinderTests {
    private func shapes(_ text: String) -> [FunctionShape] {
        FunctionFinder.functions(in: SourceFile(path: "x.swift", text: text))
    }

    @Test(
        "name, body and parameters are counted",
        arguments: [
            ("func a() {}", "func a", 1, 0),
            ("func a(b: Int, c: (Int, Int), d: [A: B] = [:], e: D<E, F>) {\n}\n", "func a", 1, 4),
            (
                "func a(\n    b: Int,\n    c: (Int) -> Int,\n) async throws(E) -> D {\n b\n c\n}",
                "func a", 2, 2
            ),
            ("init?(_ b: B) { c }", "init?", 1, 1),
            ("subscript(b: B) -> C { c }", "subscript", 1, 1),
            ("static func == (a: A, b: A) -> Bool {\n c\n\n d\n}", "func ==", 3, 2),
            ("func a<B: C>(b: B) -> D\nwhere B: E, B.F == G {\n // {\n \"}\"\n}", "func a", 2, 1),
            ("var a: Int {\n get { b }\n set { c }\n}", "var a", 2, 0),
        ])
    func countsOne(text: String, name: String, body: Int, parameters: Int) {
        let shape = FunctionShape(
            name: name, line: 1, bodyLineCount: body, parameterCount: parameters)
        #expect(shapes(text) == [shape])
    }

    @Test("a call, a stored property and a requirement are no long functions")
    func looksAlike() {
        #expect(shapes("let a = B.init(c)\nself.init(d, e)\nvar f = 1\nvar g: Int = 2").isEmpty)
        let requirements = "protocol A {\n func b(c: C)\n func d() -> D\n}\nstruct E {\n}"
        #expect(shapes(requirements).map(\.bodyLineCount) == [1, 1])
    }

    @Test("functions inside functions are found, each on its line")
    func nested() {
        let found = shapes("func a() {\n  func b() {\n    c\n  }\n}\nfunc d() {}")
        #expect(found.map(\.name) == ["func a", "func b", "func d"])
        #expect(found.map(\.line) == [1, 2, 6])
        #expect(found.map(\.bodyLineCount) == [3, 1, 1])
    }
}
