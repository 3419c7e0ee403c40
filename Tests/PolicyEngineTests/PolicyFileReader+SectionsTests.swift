import PolicyEngine
import Testing

@Suite struct PolicyFileReaderSectionsTests {
    @Test(
        "a name that YAML would not read as a text is refused",
        arguments: [
            ("yes", "a boolean"), ("off", "a boolean"), ("10", "a number"), ("1e3", "a number"),
            ("null", "null"), ("2024-01-02", "a date"),
        ])
    func refusesImplicitTypes(name: String, kind: String) {
        let expected =
            "\(name)` without quotes is \(kind) in YAML, not a name | "
            + "write \"\(name)\", or choose another name"
        #expect(entryFaults("groups", "\(name): any") == ["3 `" + expected])
        #expect(faults("policy: \(name)\nfor: any\n") == ["1:9 `" + expected])
        #expect(entryFaults("groups", "\"\(name)\": any").isEmpty)
    }

    @Test(
        "a name with a meaning of its own, or of other characters, is refused",
        arguments: [
            (
                "any: vm x",
                "3 `any` cannot be the name of a group: the word has a meaning | "
                    + "choose another name"
            ),
            (
                "tcp: vm x",
                "3 `tcp` cannot be the name of a group: the word has a meaning | "
                    + "choose another name"
            ),
            (
                "a b: vm x",
                "3 `a b` cannot be the name of a group | "
                    + "names begin with a letter or digit and go on with these, `.`, `_` or `-`"
            ),
            (
                "_a: vm x",
                "3 `_a` cannot be the name of a group | "
                    + "names begin with a letter or digit and go on with these, `.`, `_` or `-`"
            ),
        ])
    func refusesNames(line: String, expected: String) {
        #expect(entryFaults("groups", line) == [expected])
    }

    @Test(
        "an empty group, service, selector or rule is refused",
        arguments: [
            (
                "groups:\n  web:\n",
                "3:7 expected the members of the group, as in `label role=web`, "
            ),
            (
                "groups:\n  web: ''\n",
                "3:8 expected the members of the group, as in `label role=web`, "
            ),
            ("services:\n  web:\n", "3:7 expected protocols and ports, as in `tcp/80, tcp/443`, "),
            ("rules:\n  -\n", "3:4 expected a rule, as in `allow web -> db`, "),
            (
                "never:\n  -\n",
                "3:4 expected who never reaches whom, as in `any except web -> db`, "
            ),
            (
                "tests:\n  -\n",
                "3:4 expected a test, as in `vm web1 -> vm db1 on tcp/5432 => allow`, "
            ),
            ("default:\n", "2:9 expected `allow`, `deny`, `reject` or `pass`, "),
            ("for:\n", "2:5 expected the VMs, as in `label app=shop`, "),
        ])
    func refusesNothing(text: String, expected: String) {
        let head = text.hasPrefix("for") ? "policy: x\n" : "policy: x\nfor: any\n"
        let line = text.hasPrefix("for") ? 0 : 1
        let hint = "found nothing | write the text after the key or dash, on the same line"
        let place = expected.prefix { $0 != ":" }
        let shifted = "\((Int(place) ?? 0) + line)" + expected.dropFirst(place.count)
        #expect(faults(head + text) == [shifted + hint])
    }

    @Test(
        "a section of another shape is refused",
        arguments: [
            (
                "rules: allow any -> any",
                "3:8 expected a list of rules, found a text | "
                    + "write one rule on a line, as in `- allow web -> db on tcp/5432`"
            ),
            (
                "rules:\n  a: b",
                "4:3 expected a list of rules, found a mapping | "
                    + "write one rule on a line, as in `- allow web -> db on tcp/5432`"
            ),
            (
                "never: any -> any",
                "3:8 expected a list of what never happens, found a text | "
                    + "write one sentence on a line, as in `- any except web -> db on tcp/5432`"
            ),
            (
                "tests:\n  a: b",
                "4:3 expected a list of tests, found a mapping | "
                    + "write one test on a line, as in `- vm web1 -> vm db1 on tcp/22 => deny`"
            ),
            (
                "groups:\n- a",
                "4:1 expected groups by name, found a list | "
                    + "write one on a line, as in `web: label role=web`, or leave the key out"
            ),
            (
                "services:",
                "3:10 expected services by name, found nothing | "
                    + "write one on a line, as in `http: tcp/80, tcp/443`, or leave the key out"
            ),
            (
                "rules:\n- deny any: x -> any",
                "4:3 expected a rule, as in `allow web -> db`, found a mapping | "
                    + "a sentence holds no `: `; quote it if it must"
            ),
        ])
    func refusesShapes(text: String, expected: String) {
        #expect(faults("policy: x\nfor: any\n\(text)\n") == [expected])
    }

    @Test(
        "an unknown tier or mode is refused",
        arguments: [
            ("tier: ap", "3:7 unknown tier `ap` | did you mean `app`?"),
            (
                "tier: first",
                "3:7 unknown tier `first` | the tiers are `app`, `baseline`, `guard`, `platform`"
            ),
            ("mode: enforc", "3:7 unknown mode `enforc` | did you mean `enforce`?"),
            ("mode: dry", "3:7 unknown mode `dry` | the modes are `audit`, `enforce`"),
        ])
    func refusesTiersAndModes(line: String, expected: String) {
        #expect(faults("policy: x\nfor: any\n\(line)\n") == [expected])
    }

    @Test(
        "what follows a sentence is refused",
        arguments: [
            (
                "groups", "a: any any",
                "10 expected `,`, `except` or the end, found `any` | "
                    + "several peers are joined by commas"
            ),
            (
                "services", "a: tcp/80 udp/80",
                "13 expected `,` or the end, found `udp/80` | "
                    + "several services are joined by commas"
            ),
        ])
    func refusesTails(section: String, line: String, expected: String) {
        #expect(entryFaults(section, line) == [expected])
    }
}
