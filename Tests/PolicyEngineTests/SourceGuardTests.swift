import PolicyEngine
import Testing

@Suite struct SourceGuardTests {
    @Test(
        "a character that hides what a reader sees is refused, also in a comment",
        arguments: [
            ("\u{feff}", "U+FEFF", "it is a byte order mark"),
            ("\0", "U+0000", "it is a control character"),
            ("\u{1b}", "U+001B", "it is a control character"),
            ("\u{7f}", "U+007F", "it is a control character"),
            ("\u{9b}", "U+009B", "it is a control character"),
            ("\r", "U+000D", "it is a control character"),
            ("\u{85}", "U+0085", "it is a line separator that YAML readers treat differently"),
            ("\u{2028}", "U+2028", "it is a line separator that YAML readers treat differently"),
            (
                "\u{202e}", "U+202E",
                "it is a bidirectional control, which can make a rule read as another"
            ),
            (
                "\u{2066}", "U+2066",
                "it is a bidirectional control, which can make a rule read as another"
            ),
            ("\u{200b}", "U+200B", "it is an invisible character"),
            ("\u{e0041}", "U+E0041", "it is an invisible character"),
        ])
    func refusesHidden(character: String, code: String, reason: String) {
        let expected =
            "\(code) may not stand in a policy file: \(reason) | "
            + "remove the character; save the file as plain UTF-8"
        #expect(faults("policy: a\(character)b\nfor: any\n") == ["1:10 \(expected)"])
        #expect(faults("policy: a\nfor: any # \(character)!\n") == ["2:12 \(expected)"])
    }

    @Test("CRLF line ends are line ends")
    func acceptsCRLF() throws {
        let file = try policy("policy: x\r\nfor: any\r\nrules:\r\n- allow any -> any\r\n")
        #expect(file.rules.map(\.text) == ["allow any -> any"])
        #expect(faults("policy: x\r\nfor: foo\r\n").map { $0.prefix(3) } == ["2:6"])
    }

    @Test("overlong lines and deep indentation are refused")
    func boundsLines() {
        let long = String(repeating: "a", count: 1001)
        #expect(
            faults("policy: x\nfor: any # \(long)\n") == [
                "2:1001 the line is longer than 1000 characters | "
                    + "break the sentence; its next lines are indented deeper than its first"
            ])
        let deep = String(repeating: " ", count: 101)
        #expect(
            faults("policy: x\nfor:\n\(deep)any\n") == [
                "3:101 the line is indented by more than 100 columns | "
                    + "a policy file needs two columns for each level"
            ])
    }

    @Test(
        "a key that stands twice is refused where it stands again",
        arguments: [
            (
                "policy: x\nfor: any\npolicy: y\n",
                "3:1 `policy` stands twice: it is already on line 1"
            ),
            (
                "policy: x\nfor: any\ngroups:\n  a: any\n  b: any\n\n  a: vm x\n",
                "7:3 `a` stands twice: it is already on line 4"
            ),
            (
                "policy: x\nfor: any\ngroups:\n  a: any\n  \"a\" : any\n",
                "5:3 `a` stands twice: it is already on line 4"
            ),
        ])
    func refusesDuplicates(text: String, expected: String) {
        let hint = "keep one of the two; a later one would silently replace the earlier"
        #expect(faults(text) == ["\(expected) | \(hint)"])
    }

    @Test("a list within a list is refused")
    func refusesNestedLists() {
        #expect(
            faults("policy: x\nfor: any\nrules:\n  -  - allow any -> any\n") == [
                "4:6 lists within lists are not part of policy files | "
                    + "write one `- sentence` on a line"
            ])
    }

    @Test("the same key in two sections is no duplicate")
    func separatesSections() throws {
        let file = try policy(
            "policy: x\nfor: any\ngroups:\n  a: any\nservices:\n  a: tcp/1\nrules:\n- deny a "
                + "-> a on a\n"
        )
        #expect(file.groups.count == 1 && file.services.count == 1)
    }

    @Test(
        "deep nesting, bombs and huge texts are refused before they cost anything",
        .timeLimit(.minutes(1)))
    func refusesBombsQuickly() {
        let bombs = [
            String(repeating: "[", count: 900),
            (0..<100).map { String(repeating: " ", count: $0) + "a:\n" }.joined(),
            String(repeating: "- ", count: 499) + "a",
            "a: &a [x,x]\n" + (0..<40).map { "b\($0): &b\($0) [*a,*a]\n" }.joined(),
            String(repeating: "x", count: 1 << 20),
            String(repeating: "a: b\n", count: 200_000),
            String(repeating: "- allow x -> y\n", count: 60_000),
            "policy: x\nfor: " + String(repeating: "any,\n ", count: 150_000) + "any\n",
        ]
        for bomb in bombs {
            #expect(!faults(bomb).isEmpty || bomb.contains("any,"))
        }
    }
}
