import PolicyEngine
import Testing

@Suite struct PolicyFileReaderTests {
    @Test(
        "a file must be a mapping, and must have its name and its `for`",
        arguments: [
            (
                "- a\n",
                ["1:1 a policy file is a mapping of keys, not a list | begin with `policy: NAME`"]
            ),
            (
                "a\n",
                ["1:1 a policy file is a mapping of keys, not a text | begin with `policy: NAME`"]
            ),
            (
                "for: any\n",
                [
                    "1:1 the key `policy` is missing | "
                        + "add `policy: NAME`; verdicts are reported under this name"
                ]
            ),
            (
                "policy: a\n",
                [
                    "1:1 the key `for` is missing | add `for: PEERS`, "
                        + "the VMs whose ports the rules govern, or `for: any`"
                ]
            ),
        ])
    func demandsTheFrame(text: String, expected: [String]) {
        #expect(faults(text) == expected)
    }

    @Test(
        "an unknown key is refused with the key that was meant",
        arguments: [
            ("polcy: x", "did you mean `policy`?"), ("Rules: x", "did you mean `rules`?"),
            (
                "zebra: x",
                "the keys are `default`, `for`, `groups`, `mode`, `never`, `policy`, `rules`, "
                    + "`services`, …"
            ),
        ])
    func refusesUnknownKeys(line: String, hint: String) {
        let key = line.prefix { $0 != ":" }
        #expect(
            faults("policy: a\nfor: any\n\(line)\n") == ["3:1 unknown key `\(key)` | \(hint)"])
    }

    @Test("what comes later is refused as such, where it stands")
    func refusesWhatComesLater() {
        let found = faults(
            """
            policy: shop
            for: any
            mode: audit
            never:
              - any -> vm db1
            tests:
              - vm web1 -> vm db1 on tcp/5432 => allow
            """)
        #expect(
            found == [
                "3:7 `mode: audit` is not yet supported | "
                    + "write `mode: enforce`, or leave the key out",
                "4:1 `never` is not yet supported | "
                    + "remove it; write `deny` rules in a file of tier `guard` instead",
                "6:1 `tests` is not yet supported | "
                    + "remove it; `vswctl policy explain` answers the same question one by one",
            ])
    }
}
