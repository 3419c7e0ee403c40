import Testing

@Suite struct SwiftScannerTests {
    /// For each byte of the source: `c`ode, `/` for a comment, `s`tring or other literal.
    @Test(
        "what is code, comment and literal is told apart",
        arguments: [
            (#"a // b "c""#, "cc////////"),
            ("a /* b /* c */ d */ e", "cc/////////////////cc"),
            (#"a("b // c") d"#, "ccssssssssccc"),
            (#"a("\"") b"#, "ccssssccc"),
            (##"a(#"b" \("#) c"##, "ccsssssssssccc"),
            (#"a = /b{"/ // c"#, "ccccsssssc////"),
            ("a = #/b{/# + c", "ccccsssssscccc"),
            ("a / b / c", "ccccccccc"),
            (#"f("n: \(g("}") + h) {") }"#, "ccssssscccsssccccccsssccc"),
        ])
    func tellsKindsApart(source: String, kinds: String) {
        let marks = SwiftScanner(Array(source.utf8)).kinds.map { kind in
            switch kind {
            case .code: "c"
            case .comment: "/"
            case .literal: "s"
            }
        }
        #expect(marks.joined() == kinds)
    }

    @Test("a file keeps its lines, with the other kinds blanked out")
    func filesAreSplit() {
        let file = SourceFile(path: "Sources/A/B.swift", text: "a(\"b\") // c\n\nd\n")
        #expect(file.lines == ["a(\"b\") // c", "", "d"])
        #expect(file.code.map(\.trimmingTrail) == ["a(   )", "", "d"])
        #expect(file.comments.map(\.trimmingTrail) == ["       // c", "", ""])
        #expect(file.room == "A" && file.name == "B" && file.codeLineCount == 2)
    }

    @Test("a string over several lines keeps the lines and hides its braces")
    func multilineStrings() {
        let text = "let a = \"\"\"\n    { \"b\"\n    \"\"\"\nc {}\n"
        let file = SourceFile(path: "x.swift", text: text)
        #expect(file.code.map(\.trimmingTrail) == ["let a =", "", "", "c {}"])
        #expect(file.codeLineCount == 2)
    }

    @Test("a source cut at any byte is scanned to its end")
    func truncatedSources() {
        let bytes = Array(#"a /* b */ "c \(d("e")) f" #/g/# """h" // i"#.utf8)
        for count in 0...bytes.count {
            #expect(SwiftScanner(Array(bytes[..<count])).kinds.count == count)
        }
    }
}

extension String {
    fileprivate var trimmingTrail: String {
        var text = self
        while text.last == " " { text.removeLast() }
        return text
    }
}
