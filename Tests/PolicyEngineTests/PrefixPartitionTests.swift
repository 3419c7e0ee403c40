import Packet
import PolicyEngine
import Testing

@Suite struct PrefixPartitionTests {
    /// The rule that names `peer` among many prefixes, of which each has a rule of its own; the
    /// longest come first, so that the answer is the longest match.
    private func rules(_ prefixes: [String]) throws -> CompiledPolicy {
        let sorted = try prefixes.map { try #require(IPPrefix($0)) }
            .sorted { $0.bitCount > $1.bitCount }
        let text = zip(sorted, sorted.indices).map { "- allow any -> cidr \($0) as n\($1)\n" }
        let file = try policy("policy: x\nfor: any\nrules:\n" + text.joined())
        return try PolicyCompiler.compile([file], try shop())
    }

    private func longest(_ compiled: CompiledPolicy, _ peer: IPAddress) -> String {
        let own = peer.isIPv4 ? IPAddress("10.0.0.1") : IPAddress("fd00::1")
        let question = PolicyQuestion(
            own: own ?? .unspecified, peer: peer, service: .tcp(1))
        let verdict = compiled.table.classify(port: PortNumber(rawValue: 1), .egress, question)
        return compiled.rule(verdict.rule).text
    }

    @Test(
        "nested, neighbouring and single prefixes of both families are told apart at each edge",
        arguments: [
            ["0.0.0.0/0", "10.0.0.0/8", "10.1.0.0/16", "10.1.2.0/24", "10.1.2.3/32"],
            ["10.0.0.0/25", "10.0.0.128/25", "10.0.1.0/24", "10.0.0.0/23"],
            ["0.0.0.0/1", "128.0.0.0/1", "255.255.255.255/32", "0.0.0.0/32"],
            ["10.255.255.0/24", "11.0.0.0/24", "10.255.0.0/16"],
            ["192.0.2.64/26", "192.0.2.96/27", "192.0.2.97/32", "192.0.2.98/31"],
            ["::/0", "2001:db8::/32", "2001:db8::/64", "2001:db8::1/128", "2001:db8::2/127"],
            ["::/1", "8000::/1", "ffff::/16", "::/80", "::1/128"],
            ["0.0.0.0/0", "::/0", "10.0.0.0/8", "fc00::/7"],
            ["2001:db8:0:1::/64", "2001:db8:0:2::/63", "2001:db8::/62"],
        ])
    func findsTheLongest(prefixes: [String]) throws {
        let compiled = try rules(prefixes)
        let parsed = try prefixes.map { try #require(IPPrefix($0)) }
        var peers: [IPAddress] = []
        for prefix in parsed {
            for edge in [prefix.address, prefix.last] {
                for step in [-1, 0, 1] as [Int64] {
                    let low = edge.low &+ UInt64(bitPattern: step)
                    peers.append(IPAddress(high: edge.high, low: low))
                }
            }
        }
        for peer in peers {
            let family = parsed.filter { "\($0)".contains(":") != peer.isIPv4 }
            let best = family.filter { $0.contains(peer) }.max { $0.bitCount < $1.bitCount }
            let found = longest(compiled, peer)
            #expect(found.contains(best.map { " cidr \($0) " } ?? "nothing matched"), "\(peer)")
        }
    }

    @Test("a thousand random prefixes are told apart", arguments: 1...4 as ClosedRange<UInt64>)
    func findsAmongMany(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        var prefixes: Set<IPPrefix> = []
        while prefixes.count < 300 {
            let bits = 8 + Int(random.next() % 25)
            let number = UInt32(truncatingIfNeeded: random.next()) & 0x0f0f_ffff
            let mask = bits == 32 ? UInt32.max : ~(UInt32.max >> UInt32(bits))
            let address = IPAddress(IPv4Address(rawValue: number & mask))
            if let prefix = IPPrefix(address, bitCount: 96 + bits) { prefixes.insert(prefix) }
        }
        let compiled = try rules(prefixes.map(\.description))
        for _ in 0..<3000 {
            let near = prefixes.randomElement(using: &random)?.address.low ?? 0
            let low = random.next() % 2 == 0 ? near &+ random.next() % 300 : random.next()
            let peer = IPAddress(IPv4Address(rawValue: UInt32(truncatingIfNeeded: low)))
            let best = prefixes.filter { $0.contains(peer) }.max { $0.bitCount < $1.bitCount }
            let expected = best.map { " cidr \($0) " } ?? "nothing matched"
            #expect(longest(compiled, peer).contains(expected), "seed \(seed) \(peer)")
        }
    }

    @Test(
        "neighbouring and nested prefixes of one list are one set, up to its edges",
        arguments: [
            ("10.0.0.0/25", "10.0.0.128/25", "10.0.0.128", "10.0.1.0"),
            ("10.0.0.128/25", "10.0.0.0/25", "10.0.0.255", "9.255.255.255"),
            ("10.0.0.0/8", "10.0.0.0/24", "10.0.1.0", "11.0.0.0"),
            ("fd00::/65", "fd00:0:0:0:8000::/65", "fd00:0:0:0:8000::", "fd00:0:0:1::"),
            ("::/80", "::/96", "::1:0:0", "0:0:0:0:1::"),
            ("0.0.0.0/1", "128.0.0.0/1", "128.0.0.0", "::1"),
        ])
    func joinsNeighbours(first: String, second: String, inside: String, outside: String) throws {
        let file = try policy(
            "policy: x\nfor: any\nrules:\n- allow any -> cidr \(first), cidr \(second)\n")
        let compiled = try PolicyCompiler.compile([file], try shop())
        #expect(longest(compiled, try ip(inside)).contains("allow"))
        #expect(!longest(compiled, try ip(outside)).contains("allow"))
    }

    @Test("`::/0` holds no IPv4 address, and `0.0.0.0/0` no IPv6 address")
    func separatesFamilies() throws {
        let compiled = try rules(["::/0"])
        #expect(longest(compiled, try ip("192.0.2.1")).contains("nothing matched"))
        let other = try rules(["0.0.0.0/0"])
        #expect(longest(other, try ip("2001:db8::1")).contains("nothing matched"))
    }
}
