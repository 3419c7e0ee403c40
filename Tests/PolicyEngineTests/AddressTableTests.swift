import Packet
import PolicyEngine
import Testing

@Suite struct AddressTableTests {
    @Test("prefixes that begin and end anywhere within a /16, and at its ends, are found")
    func findsWithinSixteenBits() throws {
        let prefixes = [
            "10.1.0.0/24", "10.1.255.0/24", "10.2.0.0/32", "10.1.255.255/32", "10.2.128.0/17",
            "10.3.0.0/16", "10.4.0.0/15", "255.255.0.0/17", "0.0.0.0/24",
        ]
        let rules = prefixes.map { "- allow any -> cidr \($0)\n" }.joined()
        let file = try policy("policy: x\nfor: any\nrules:\n" + rules)
        let compiled = try PolicyCompiler.compile([file], try shop())
        for text in prefixes {
            let prefix = try #require(IPPrefix(text))
            for address in [prefix.address, prefix.last] {
                for step in [0, 1, UInt64.max] {
                    let peer = IPAddress(high: 0, low: address.low &+ step)
                    guard peer.isIPv4 else { continue }
                    let isNamed = try prefixes.contains {
                        try #require(IPPrefix($0)).covers(peer)
                    }
                    let answer = try compiled.answer(
                        1, .egress, ("10.0.0.1", "\(peer)"), .tcp(1))
                    #expect((answer != "deny by default") == isNamed, "\(peer)")
                }
            }
        }
    }
}
