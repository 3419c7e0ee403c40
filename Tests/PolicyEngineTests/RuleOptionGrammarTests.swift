import PolicyEngine
import Testing

@Suite struct RuleOptionGrammarTests {
    @Test("options stand in any order")
    func readsOptions() throws {
        for options in [
            "log sampled as a until 2027-02-28 limit 7/s",
            "limit 7/s until 2027-02-28 as a log sampled",
        ] {
            let file = try policy("policy: x\nfor: any\nrules:\n- allow any -> any \(options)\n")
            let rule = file.rules[0]
            #expect(rule.logging == .sampled && rule.name?.value == "a" && rule.limit == 7)
            #expect(rule.lastDay?.value.description == "2027-02-28")
            #expect(rule.text == "allow any -> any \(options)")
        }
    }

    @Test("the limit's bounds are 1/s and 10,000,000/s", arguments: [1, 10_000_000] as [UInt32])
    func readsLimits(number: UInt32) throws {
        let file = try policy(
            "policy: x\nfor: any\nrules:\n- allow any -> any limit \(number)/s\n")
        #expect(file.rules[0].limit == number)
    }

    @Test(
        "an option stands once",
        arguments: [
            ("log log", 21, "log"), ("log sampled log", 29, "log"), ("as a as b", 22, "as"),
            ("until 2027-01-31 until 2027-01-31", 34, "until"),
            ("limit 1/s limit 1/s", 27, "limit"),
        ])
    func refusesTwins(options: String, column: Int, option: String) {
        #expect(
            ruleFaults("allow web -> db \(options)") == [
                "\(column) the option `\(option)` stands twice | keep one of the two"
            ])
    }

    @Test(
        "a limit that is none is refused with what was meant",
        arguments: [
            ("2000/m", "`2000/m` is not a number of connections a second"),
            ("2000/s/s", "`2000/s/s` is not a number of connections a second"),
            ("/s", "`/s` is not a number of connections a second"),
            ("many/s", "`many/s` is not a number of connections a second"),
            ("007/s", "`007/s` is not a number of connections a second"),
        ])
    func refusesLimits(limit: String, message: String) {
        let hint = "write `limit 2000/s`, the new connections a second"
        #expect(ruleFaults("allow web -> db limit \(limit)") == ["23 \(message) | \(hint)"])
    }

    @Test("a limit without a unit is refused, and told with it")
    func refusesUnitlessLimits() {
        #expect(
            ruleFaults("allow web -> db limit 5") == [
                "23 `5` is not a number of connections a second | did you mean `5/s`?"
            ])
    }

    @Test(
        "a limit has bounds, a number, and an `allow` before it",
        arguments: [
            (
                "allow web -> db limit 0/s",
                "23 the limit `0/s` is not from 1/s to 10000000/s | "
                    + "to allow no connection, write a `deny` rule"
            ),
            (
                "allow web -> db limit 10000001/s",
                "23 the limit `10000001/s` is not from 1/s to 10000000/s | "
                    + "leave out `limit`, and the rule allows any number"
            ),
            (
                "allow web -> db limit 99999999999999999999/s",
                "23 the limit `99999999999999999999/s` is not from 1/s to 10000000/s | "
                    + "leave out `limit`, and the rule allows any number"
            ),
            (
                "allow web -> db limit",
                "22 expected a number a second after `limit`, found the end of the sentence | "
                    + "write `limit 2000/s`, the new connections a second"
            ),
            (
                "deny web -> db limit 5/s",
                "16 `limit` does not fit `deny` | "
                    + "only `allow` has a limit: it allows so many new connections a second"
            ),
            (
                "pass web -> db limit 5/s",
                "16 `limit` does not fit `pass` | "
                    + "only `allow` has a limit: it allows so many new connections a second"
            ),
        ])
    func boundsLimits(sentence: String, expected: String) {
        #expect(ruleFaults(sentence) == [expected])
    }

    @Test(
        "what is no option is refused with what was meant",
        arguments: [
            ("sampled", "`sampled` follows `log`, as in `log sampled`"),
            ("=> allow", "a sentence with `=>` is a test, below `tests:`"),
            ("untill 2027-01-31", "did you mean `until`?"), ("limits 5/s", "did you mean `limit`?"),
        ])
    func refusesOthers(rest: String, hint: String) {
        let word = rest.prefix { $0 != " " }
        #expect(
            ruleFaults("allow web -> db on http \(rest)") == [
                "25 expected `as`, `log`, `until`, `limit` or the end, found `\(word)` | \(hint)"
            ])
    }
}
