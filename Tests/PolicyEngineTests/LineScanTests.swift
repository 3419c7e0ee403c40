import PolicyEngine
import Testing

@Suite struct LineScanTests {
    private static let meaning = "are not part of policy files: a file must mean what it shows"

    @Test(
        "the parts of YAML by which a text means more than it shows are refused",
        arguments: [
            ("a: &x any", "6 anchors (`&`)"), ("a: *x", "6 aliases (`*`)"),
            ("a: !!str any", "6 tags (`!`)"), ("a: !=b", "6 tags (`!`)"),
            ("<<: any", "3 merges (`<<`)"), ("? a", "3 complex keys (`?`)"),
            ("a: vm x  &y", "12 anchors (`&`)"),
        ])
    func refusesCleverness(line: String, part: String) {
        let expected = "\(part) \(Self.meaning) | write the text out in each place"
        #expect(entryFaults("groups", line) == [expected])
    }

    @Test("a directive is refused")
    func refusesDirectives() {
        #expect(
            faults("%YAML 1.1\n---\npolicy: x\nfor: any\n") == [
                "1:1 directives (`%`) \(Self.meaning) | write the text out in each place"
            ])
    }

    @Test(
        "brackets, tabs, escapes and open quotes are refused",
        arguments: [
            (
                "a: [any]",
                "6 collections in brackets are not part of policy files | "
                    + "write one `- item` or one `key: value` on a line"
            ),
            (
                "a:\tany",
                "5 a tab may not stand here: editors show it in different widths | use spaces"
            ),
            (
                #"a: "a\u0062""#,
                "8 escapes are not part of policy files | "
                    + "write the character itself; names are ASCII letters, digits, `.`, `_` "
                    + "and `-`"
            ),
            (
                "a: \"any",
                "6 the quote is not closed on its line | close it, or leave it out: names need "
                    + "no quotes"
            ),
        ])
    func refusesSyntax(line: String, expected: String) {
        #expect(entryFaults("groups", line) == [expected])
    }

    @Test("what stands in a comment is not looked at; what only looks like one is")
    func knowsComments() {
        #expect(faults("policy: x # & * ! [ {\nfor: any\n# ? & \"\n").isEmpty)
        #expect(entryFaults("groups", "\"a # \": &x any").count == 1)
        #expect(entryFaults("groups", "a: 'x # ' &x any").count == 1)
    }

    @Test("`!=` is no tag, and quotes may stand around names and sentences")
    func acceptsOperatorsAndQuotes() throws {
        let file = try policy(
            "\"policy\": \"x\"\nfor: 'label a != b'\ngroups:\n  \"yes\": label a!=b\n")
        #expect(file.name.value == "x")
        #expect(file.groups[0].name.value == "yes")
        #expect(file.groups[0].members.included[0].value == file.selector.included[0].value)
    }
}
