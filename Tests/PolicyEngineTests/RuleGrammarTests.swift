import PolicyEngine
import Testing

@Suite struct RuleGrammarTests {
    @Test(
        "a rule that begins or goes on wrongly is refused with what was meant",
        arguments: [
            (
                "permit web -> db",
                "1 a rule begins with `allow`, `deny`, `reject` or `pass`, not with `permit` | "
                    + "the verbs are `allow`, `deny`, `pass`, `reject`"
            ),
            (
                "alow web -> db",
                "1 a rule begins with `allow`, `deny`, `reject` or `pass`, not with `alow` | "
                    + "did you mean `allow`?"
            ),
            (
                "allow web db",
                "11 expected `->` after the senders, found `db` | "
                    + "a rule reads `allow SENDERS -> RECEIVERS`"
            ),
            (
                "allow web -> db -> web",
                "17 expected `on`, `as`, `log`, `until`, `limit` or the end, found `->` | "
                    + "a rule has one `->`; write two rules"
            ),
            (
                "allow web -> db on http logg",
                "25 expected `as`, `log`, `until`, `limit` or the end, found `logg` | "
                    + "did you mean `log`?"
            ),
            (
                "allow web -> db web",
                "17 expected `on`, `as`, `log`, `until`, `limit` or the end, found `web` | "
                    + "several peers or services are joined by commas"
            ),
        ])
    func refusesRules(sentence: String, expected: String) {
        #expect(ruleFaults(sentence) == [expected])
    }

    @Test(
        "a default is a verb, and `log` or `log sampled` if wanted",
        arguments: [
            ("allow", nil), ("deny log", nil), ("reject", nil), ("pass", nil),
            ("deny log sampled", nil),
            (
                "deny twice",
                "3:15 expected `log` or the end, found `twice` | "
                    + "a default is `allow`, `deny`, `reject` or `pass`, "
                    + "and `log` or `log sampled` if wanted"
            ),
            (
                "deny log log",
                "3:19 expected `sampled` or the end, found `log` | "
                    + "a default is `allow`, `deny`, `reject` or `pass`, "
                    + "and `log` or `log sampled` if wanted"
            ),
            (
                "deny log sampled until 2027-01-31",
                "3:27 expected the end, found `until` | "
                    + "a default is `allow`, `deny`, `reject` or `pass`, "
                    + "and `log` or `log sampled` if wanted"
            ),
            (
                "maybe",
                "3:10 the default begins with `allow`, `deny`, `reject` or `pass`, not with "
                    + "`maybe` | "
                    + "the verbs are `allow`, `deny`, `pass`, `reject`"
            ),
        ] as [(String, String?)])
    func readsDefaults(text: String, expected: String?) {
        #expect(
            faults("policy: x\nfor: any\ndefault: \(text)\n") == (expected.map { [$0] } ?? []))
    }

    @Test("a default keeps what it logs")
    func keepsLogging() throws {
        for (text, logging) in [("deny", 0), ("deny log", 1), ("deny log sampled", 2)] {
            let file = try policy("policy: x\nfor: any\ndefault: \(text)\n")
            #expect(file.defaultRule?.logging.rawValue == UInt8(logging))
            #expect(file.defaultRule?.text == "default: \(text)")
        }
    }
}
