import PolicyEngine
import Testing

@Suite struct TokenReaderTests {
    private static let long = String(repeating: "a", count: 129)

    @Test(
        "a name is of letters, digits, `.`, `_`, `-`, and not too long",
        arguments: [
            (
                "allow vm a/b -> db",
                "10 `a/b` cannot be the name of a VM | "
                    + "names begin with a letter or digit and go on with these, `.`, `_` or `-`"
            ),
            (
                "allow vm -a -> db",
                "10 `-a` cannot be the name of a VM | "
                    + "names begin with a letter or digit and go on with these, `.`, `_` or `-`"
            ),
            (
                "allow vm \(long) -> db",
                "10 the name of a VM is longer than 128 characters | "
                    + "choose a shorter one"
            ),
            (
                "allow vm -> db",
                "10 expected the name of a VM, found `->` | "
                    + "names are made of letters, digits, `.`, `_` and `-`"
            ),
            (
                "allow any -> db as",
                "19 expected the name of a rule, found the end of the sentence | "
                    + "names are made of letters, digits, `.`, `_` and `-`"
            ),
        ])
    func refusesNames(sentence: String, expected: String) {
        #expect(ruleFaults(sentence) == [expected])
    }

    @Test("a label's key and value may hold a slash; a reserved word may be a VM's name")
    func acceptsNames() {
        #expect(ruleFaults("allow label vswitch/router=a/b -> vm any").isEmpty)
        #expect(ruleFaults("allow vm 1.a_b-C -> any").isEmpty)
    }
}
