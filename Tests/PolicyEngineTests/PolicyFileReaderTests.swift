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
                    + "`services`, `tests`, `tier`"
            ),
        ])
    func refusesUnknownKeys(line: String, hint: String) {
        let key = line.prefix { $0 != ":" }
        #expect(
            faults("policy: a\nfor: any\n\(line)\n") == ["3:1 unknown key `\(key)` | \(hint)"])
    }

    @Test("modes, promises and tests are read")
    func readsEveryKey() throws {
        let file = try policy(
            """
            policy: shop
            tier: guard
            for: any
            mode: audit
            services:
              pg: tcp/5432
            rules:
              - deny any -> any as never
            default: pass
            never:
              - any  except vm web1 -> vm db1
                  on pg
              - any -> vm db2
            tests:
              - vm web1 ->  vm db1 on pg => deny by never
            """)
        #expect(Set(PolicyFile.keys).count == 10)
        #expect(file.mode == .audit && file.tier == .guard)
        let never = try #require(file.invariants.first)
        #expect(never.text == "any except vm web1 -> vm db1 on pg" && file.invariants.count == 2)
        #expect(never.position == SourcePosition(line: 11, column: 5))
        #expect(never.senders.excepted.map(\.value) == [.vm("web1")])
        #expect(never.receivers.included.map(\.value) == [.vm("db1")])
        #expect(never.services.map(\.value) == [.named("pg")])
        #expect(file.invariants[1].services.isEmpty)
        #expect(file.tests.map(\.text) == ["vm web1 -> vm db1 on pg => deny by never"])
        #expect(file.tests[0].position == SourcePosition(line: 15, column: 5))
        #expect(try policy("policy: a\nfor: any\n").mode == .enforce)
    }
}
