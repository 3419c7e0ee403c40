import PolicyEngine
import Testing

@Suite struct InvariantGrammarTests {
    @Test(
        "a promise that is none is refused with what was meant",
        arguments: [
            (
                "deny any -> vm db1",
                "5 a sentence of `never` has no verb, so not `deny` | "
                    + "write who never reaches whom, as in `any except web -> db`"
            ),
            (
                "any vm db1",
                "9 expected `->` after the senders, found `vm` | "
                    + "a sentence reads `SENDERS -> RECEIVERS`"
            ),
            (
                "any -> vm db1 log",
                "19 expected `on` or the end, found `log` | "
                    + "options belong to rules: `never` says what no rule may let through"
            ),
            (
                "any -> vm db1 on tcp until 2027-01-31",
                "26 expected the end, found `until` | "
                    + "options belong to rules: `never` says what no rule may let through"
            ),
            (
                "vm a -> vm db1 on tcp => deny",
                "27 expected the end, found `=>` | "
                    + "a sentence with `=>` is a test, below `tests:`"
            ),
            (
                "any -> vm db1 vm db2",
                "19 expected `on` or the end, found `vm` | "
                    + "several peers or services are joined by commas"
            ),
            (
                "any -> vm db1 on",
                "21 expected a service, found the end of the sentence | "
                    + "a service is `tcp/443`, `udp/53`, `icmp/echo`, a name or `any`"
            ),
            (
                "-> vm db1",
                "5 expected a peer, found `->` | "
                    + "a peer is `any`, a group, `vm NAME`, `cidr PREFIX` or `label KEY=VALUE`"
            ),
        ])
    func refuses(sentence: String, expected: String) {
        #expect(entryFaults("never", "- \(sentence)") == [expected])
    }
}
