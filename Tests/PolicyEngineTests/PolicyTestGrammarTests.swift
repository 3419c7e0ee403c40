import Packet
import PolicyEngine
import Testing

@Suite struct PolicyTestGrammarTests {
    private static let one = "a test speaks of one connection: write `vm NAME` or `cidr ADDRESS`"
    private static let form = "a test reads `vm web1 -> vm db1 on tcp/5432 => allow`"
    private static let outcome =
        "a test says what becomes of the connection: `allow`, `deny` or `reject`"
    private static let name =
        "write `by NAME`, `by default`, or `by POLICY/NAME` for a rule of another policy"

    @Test("a test of every form is read")
    func readsEveryForm() throws {
        let file = try policy(
            """
            policy: x
            for: any
            tests:
            - vm a->cidr 192.0.2.1 on tcp=>reject by y/#3
            - cidr 2001:db8::1/128 -> vm b on any => deny
            """)
        let prefixes = try [#require(IPPrefix("192.0.2.1/32")), #require(IPPrefix("2001:db8::1"))]
        #expect(file.tests.map(\.sender.value) == [.vm("a"), .cidr(prefixes[1])])
        #expect(file.tests.map(\.receiver.value) == [.cidr(prefixes[0]), .vm("b")])
        #expect(file.tests.map(\.service.value) == [.range(ServiceRange(.tcp)), .any])
        #expect(file.tests.map(\.action) == [.reject, .deny])
        #expect(file.tests.map(\.rule?.value) == ["y/#3", nil])
    }

    @Test(
        "an end that is not one is refused",
        arguments: [
            ("any -> vm b on tcp/1 => deny", "5 `any` may be many: the sender of a test is one"),
            (
                "vm a -> label role=db on tcp/1 => deny",
                "13 `label` may be many: the receiver of a test is one"
            ),
            (
                "web -> vm b on tcp/1 => deny",
                "5 `web` is a group or nothing: the sender of a test is one VM or address"
            ),
            (
                "vm a -> db1 on tcp/1 => deny",
                "13 `db1` is a group or nothing: the receiver of a test is one VM or address"
            ),
            (
                "vm a -> cidr 10.0.0.0/31 on tcp/1 => deny",
                "18 `10.0.0.0/31` holds many addresses: a test names one"
            ),
            (
                "-> vm b on tcp/1 => deny",
                "5 expected the sender, one VM or address, found `->`"
            ),
            (
                "vm a -> on tcp/1 => deny",
                "13 expected the receiver, one VM or address, found `on`"
            ),
        ])
    func refusesEnds(sentence: String, expected: String) {
        #expect(entryFaults("tests", "- \(sentence)") == ["\(expected) | \(Self.one)"])
    }

    @Test(
        "a test that begins or goes on wrongly is refused with what was meant",
        arguments: [
            (
                "allow vm a -> vm b on tcp/1",
                "5 a test begins with the sender, not with `allow` | what must happen stands "
                    + "last, as in `vm web1 -> vm db1 on tcp/5432 => allow`"
            ),
            (
                "vm a, vm c -> vm b on tcp/1 => deny",
                "9 expected `->` after the sender, found `,` | \(form)"
            ),
            (
                "vm a -> vm b => deny",
                "18 expected `on` and a service, found `=>` | "
                    + "a test names its service, as in `on tcp/5432`"
            ),
            (
                "vm a -> vm b on tcp/1, tcp/2 => deny",
                "28 a test names one service | "
                    + "write a test for each, or name them together below `services:`"
            ),
            (
                "vm a -> vm b on tcp/1 deny",
                "27 expected `=>` after the service, found `deny` | \(form)"
            ),
            (
                "vm a -> vm b on tcp/1 =>",
                "29 expected `allow`, `deny` or `reject` after `=>`, found the end of the sentence"
                    + " | \(outcome)"
            ),
            (
                "vm a -> vm b on tcp/1 => drop",
                "30 expected `allow`, `deny` or `reject` after `=>`, found `drop` | \(outcome)"
            ),
            (
                "vm a -> vm b on tcp/1 => pass",
                "30 `pass` is no outcome: some later rule decides | \(outcome)"
            ),
            (
                "vm a -> vm b on tcp/1 => deny log",
                "35 expected `by` or the end, found `log` | \(form)"
            ),
            (
                "vm a -> vm b on tcp/1 => deny by",
                "37 expected the name of a rule after `by`, found the end of the sentence | \(name)"
            ),
            (
                "vm a -> vm b on tcp/1 => deny by a/b/c",
                "38 `a/b/c` cannot be the name of a rule | \(name)"
            ),
            (
                "vm a -> vm b on tcp/1 => deny by a/",
                "38 `a/` cannot be the name of a rule | \(name)"
            ),
            (
                "vm a -> vm b on tcp/1 => deny by a/b c",
                "42 expected the end, found `c` | \(form)"
            ),
        ])
    func refuses(sentence: String, expected: String) {
        #expect(entryFaults("tests", "- \(sentence)") == [expected])
    }
}
