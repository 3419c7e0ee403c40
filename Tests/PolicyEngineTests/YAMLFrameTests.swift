import PolicyEngine
import Testing

@Suite struct YAMLFrameTests {
    private static let hint =
        "check the indentation, and that each line is `key: value` or `- sentence`"

    @Test(
        "what is not YAML is refused at its place",
        arguments: [
            (
                "policy: x\n for: any\n",
                "2:5 this is not YAML: mapping values are not allowed in this context"
            ),
            (
                "policy: x\nfor: any\n---\ngroups:\n",
                "3:1 this is not YAML: but found another document"
            ),
            (
                "policy: x\nfor: any\nrules:\n - a\n  - b\n- c\n",
                "6:1 this is not YAML: did not find expected key"
            ),
            (
                "policy: x\nfor: @any\n",
                "2:6 this is not YAML: found character that cannot start any token"
            ),
        ])
    func refusesBrokenYAML(text: String, expected: String) {
        #expect(faults(text) == ["\(expected) | \(Self.hint)"])
    }

    @Test("an empty file is refused", arguments: ["", "\n\n", "# nothing\n"])
    func refusesEmptyFiles(text: String) {
        #expect(
            faults(text) == [
                "1:1 the file is empty | a policy file has at least `policy: NAME` and `for: PEERS`"
            ])
    }

    @Test("block text is refused", arguments: ["|", ">"])
    func refusesBlockText(mark: String) {
        #expect(
            faults("policy: x\nfor: any\nrules:\n  - \(mark)\n    allow any -> any\n") == [
                "4:5 block text (`|`, `>`) is not part of policy files | "
                    + "write the text itself, after `key: ` or `- `"
            ])
    }

    @Test(
        "a place in a folded sentence is found in its own line",
        arguments: [
            ("policy: x\nfor: any,\n  any,\n\n\n     foo\n", "6:6"),
            ("policy: x\nfor:\n  foo\n", "3:3"), ("policy: x\nfor: 'any,  foo'\n", "2:13"),
            ("policy: x\nfor: \"foo\"\n", "2:7"), ("policy: x\nfor:    any,   foo\n", "2:16"),
            ("policy: é\nfor: any\n", "1:9"), ("policy: x\nfor: any, # one\n", "2:10"),
        ])
    func findsFoldedPlaces(text: String, place: String) {
        #expect(faults(text).map { String($0.prefix { $0 != " " }) } == [place])
    }
}
