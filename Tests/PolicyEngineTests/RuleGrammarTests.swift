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
                "17 expected `on`, `as`, `log` or the end, found `->` | "
                    + "a rule has one `->`; write two rules"
            ),
            (
                "allow web -> db on http logg",
                "25 expected `as`, `log` or the end, found `logg` | did you mean `log`?"
            ),
            (
                "allow web -> db web",
                "17 expected `on`, `as`, `log` or the end, found `web` | "
                    + "several peers or services are joined by commas"
            ),
            (
                "allow web -> db log log",
                "21 the option `log` stands twice | keep one of the two"
            ),
            ("allow web -> db as a as b", "22 the option `as` stands twice | keep one of the two"),
            (
                "allow web -> db as default",
                "20 `default` cannot be the name of a rule: the word has a meaning | "
                    + "choose another name"
            ),
        ])
    func refusesRules(sentence: String, expected: String) {
        #expect(ruleFaults(sentence) == [expected])
    }

    @Test(
        "options that come later are refused as such, where they stand",
        arguments: [
            (
                "allow web -> db until 2027-01-31",
                "17 `until` is not yet supported | "
                    + "remove it, and the rule from the file when its time is over"
            ),
            (
                "allow web -> db on http limit 2000/s",
                "25 `limit` is not yet supported | remove it: the rule then allows any number"
            ),
            (
                "allow web -> db log sampled",
                "21 `log sampled` is not yet supported | write `log`, which records every decision"
            ),
        ])
    func refusesWhatComesLater(sentence: String, expected: String) {
        #expect(ruleFaults(sentence) == [expected])
    }

    @Test("options stand in any order")
    func readsOptions() throws {
        for options in ["log as a", "as a log"] {
            let file = try policy("policy: x\nfor: any\nrules:\n- deny any -> any \(options)\n")
            #expect(file.rules[0].logging == .every && file.rules[0].name?.value == "a")
        }
    }

    @Test(
        "a default is a verb, and `log` if wanted",
        arguments: [
            ("allow", nil), ("deny log", nil), ("reject", nil), ("pass", nil),
            (
                "deny twice",
                "3:15 expected `log` or the end, found `twice` | "
                    + "a default is `allow`, `deny`, `reject` or `pass`, and `log` if wanted"
            ),
            (
                "deny log log",
                "3:19 expected the end, found `log` | "
                    + "a default is `allow`, `deny`, `reject` or `pass`, and `log` if wanted"
            ),
            (
                "deny log sampled",
                "3:19 `log sampled` is not yet supported | write `log`, which records every "
                    + "decision"
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
}
