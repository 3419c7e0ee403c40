import PolicyEngine
import Testing

@Suite struct PeerGrammarTests {
    private static let peer =
        "a peer is `any`, a group, `vm NAME`, `cidr PREFIX` or `label KEY=VALUE`"
    private static let name = "names are made of letters, digits, `.`, `_` and `-`"

    @Test(
        "a peer list that breaks off is refused",
        arguments: [
            ("allow web, -> db", "12 expected a peer, found `->`"),
            ("allow web except -> db", "18 expected a peer, found `->`"),
            ("allow any -> except web", "14 expected a peer, found `except`"),
            ("allow web -> db, on tcp/1", "18 expected a peer, found `on`"),
        ])
    func refusesOpenLists(sentence: String, expected: String) {
        #expect(ruleFaults(sentence) == ["\(expected) | \(Self.peer)"])
    }

    @Test(
        "a label test that breaks off is refused",
        arguments: [
            ("allow label -> db", "13 expected the key of a label, found `->` | \(name)"),
            ("allow label has -> db", "17 expected the key of a label, found `->` | \(name)"),
            ("allow label a= -> db", "16 expected the value of a label, found `->` | \(name)"),
            ("allow label a=b and -> db", "21 expected the key of a label, found `->` | \(name)"),
            (
                "allow label role -> db",
                "18 expected `=`, `!=` or `in` after the label's key, found `->` | "
                    + "write `label role=VALUE`, `label role in (A|B)` or `label has role`"
            ),
            (
                "allow label a in b|c -> db",
                "18 expected `(`, found `b` | write the values as `(a|b)`"
            ),
            (
                "allow label a in (b|c -> db",
                "23 expected `|` or `)`, found `->` | write the values as `(a|b)`"
            ),
            ("allow label a in () -> db", "19 expected the value of a label, found `)` | \(name)"),
        ])
    func refusesOpenTests(sentence: String, expected: String) {
        #expect(ruleFaults(sentence) == [expected])
    }

    @Test(
        "an address without the word `cidr` is refused with what was meant",
        arguments: ["10.0.0.0/24", "10.0.0.1", "2001:db8::1", "fd00::/8", "10.0.0.0/255.0.0.0"])
    func refusesBareAddresses(address: String) {
        #expect(
            ruleFaults("allow \(address) -> db") == [
                "7 addresses are named by `cidr` | write `cidr \(address)`"
            ])
    }

    @Test(
        "a label without the word `label` is refused with what was meant",
        arguments: [
            ("allow role=web -> db", "11 `=`"), ("allow any -> role!=web", "18 `!=`"),
            ("allow any -> role in (a|b)", "19 `in`"),
        ])
    func refusesBareLabels(sentence: String, found: String) {
        #expect(
            ruleFaults(sentence) == [
                "\(found) cannot follow the group `role` | "
                    + "VMs with a label are named by `label`, as in `label role=VALUE`"
            ])
    }

    @Test(
        "a prefix that is none is refused with what was meant",
        arguments: [
            (
                "10.0.0.1/24",
                "`10.0.0.1/24` has bits set after the first 24 | "
                    + "write `10.0.0.0/24` for the network, or `10.0.0.1/32` for the one address"
            ),
            (
                "2001:db8::1/32",
                "`2001:db8::1/32` has bits set after the first 32 | write `2001:db8::/32` "
                    + "for the network, or `2001:db8::1/128` for the one address"
            ),
            (
                "fe80::1:0:0:1/127",
                "`fe80::1:0:0:1/127` has bits set after the first 127 | write `fe80::1:0:0:0/127` "
                    + "for the network, or `fe80::1:0:0:1/128` for the one address"
            ),
            (
                "10.0.0.1/0",
                "`10.0.0.1/0` has bits set after the first 0 | "
                    + "write `0.0.0.0/0` for the network, or `10.0.0.1/32` for the one address"
            ),
            (
                "10.0.0.0/33",
                "`33` is not a prefix length from 0 to 32 | "
                    + "write `10.0.0.0/32` for the one address"
            ),
            (
                "0.0.0.0/00",
                "`00` is not a prefix length from 0 to 32 | write `0.0.0.0/32` for the one address"
            ),
            (
                "::/129",
                "`129` is not a prefix length from 0 to 128 | write `::/128` for the one address"
            ),
            (
                "010.0.0.0/8",
                "`010.0.0.0/8` is not an address prefix | "
                    + "write `10.9.0.0/24` or `2001:db8::/32`; octets have no leading zeros"
            ),
            (
                "10.0.0/8",
                "`10.0.0/8` is not an address prefix | "
                    + "write `10.9.0.0/24` or `2001:db8::/32`; octets have no leading zeros"
            ),
            (
                "::ffff:10.0.0.1/128",
                "`::ffff:10.0.0.1/128` is an IPv4 address in the form of IPv6 | "
                    + "write the IPv4 address itself, as in `cidr 10.0.0.1`"
            ),
            (
                "10.9.0.0/255.255.252.0",
                "`255.255.252.0` is a mask, not a prefix length | write `10.9.0.0/22`"
            ),
            (
                "10.9.0.0/0.0.0.255",
                "`0.0.0.255` is a mask, not a prefix length | "
                    + "write how many leading bits count, as in `10.9.0.0/24`"
            ),
            (
                "1.1.1.1/8/8",
                "`1.1.1.1/8/8` is not an address prefix | "
                    + "write `10.9.0.0/24` or `2001:db8::/32`; octets have no leading zeros"
            ),
        ])
    func refusesPrefixes(prefix: String, expected: String) {
        #expect(ruleFaults("allow cidr \(prefix) -> db") == ["12 \(expected)"])
    }

    @Test(
        "a prefix of either family, and an address alone, are read",
        arguments: [
            "0.0.0.0/0", "10.1.2.3/32", "10.1.2.3", "::/0", "2001:db8::/32", "fe80::1",
        ])
    func readsPrefixes(prefix: String) {
        #expect(ruleFaults("allow cidr \(prefix) -> db").isEmpty)
    }

    @Test("a missing prefix is refused")
    func refusesNoPrefix() {
        #expect(
            ruleFaults("allow cidr -> db") == [
                "12 expected a prefix, found `->` | write `cidr 10.9.0.0/24`"
            ])
    }
}
