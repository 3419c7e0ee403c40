import Packet
import PolicyEngine

/// Draws universes, policies and packets that meet at their boundaries.
struct RandomPolicy {
    var random: SeededRandom

    static let prefixes = [
        "0.0.0.0/0", "10.0.0.0/8", "10.0.0.0/24", "10.0.0.2/31", "10.0.0.3/32", "10.0.0.128/25",
        "10.0.0.4/30", "203.0.113.0/24", "203.0.113.7/32", "224.0.0.0/4", "128.0.0.0/1",
        "10.0.1.0/24", "::/0", "fd00::/16", "fd00::2/127", "fd00::3/128", "fe80::/10", "ff00::/8",
        "2001:db8::/32", "2001:db8:0:1::/64", "::/80", "8000::/1", "255.255.255.255/32",
    ]
    private static let services = [
        "tcp/80", "tcp/79-81", "tcp", "tcp/0", "tcp/65535", "udp/53", "udp/50-60", "icmp/echo",
        "icmp", "icmpv6/echo", "proto/0", "proto/255", "any", "sctp/5-6", "web", "dns",
    ]

    mutating func pick<Element>(_ list: [Element]) -> Element {
        list[Int(random.next() % UInt64(list.count))]
    }

    mutating func chance(_ percent: UInt64) -> Bool { random.next() % 100 < percent }

    /// Eight VMs in two networks: one may use every address, one has none, one lives elsewhere.
    mutating func universe() throws -> PolicyUniverse {
        var endpoints: [PolicyEndpoint] = []
        for number in 1...8 as ClosedRange<UInt16> {
            let role = pick(["web", "db", "ops"])
            let env = pick(["prod", "dev"])
            let words = "vm\(number) role=\(role)" + (chance(70) ? " env=\(env)" : "")
            var endpoint = try PolicyEndpoint(words, number, network: number > 6 ? 2 : 1)
            if number == 4 { endpoint.anyAddress = true }
            if number == 5 { endpoint.addresses = [] }
            if number == 6 { endpoint.port = nil }
            if number == 7 { endpoint.addresses.append(try ip("10.0.0.1")) }
            endpoints.append(endpoint)
        }
        return PolicyUniverse(endpoints: endpoints)
    }

    /// The text of one file.
    mutating func text(_ name: String) -> String {
        let tier = pick(["guard", "platform", "app", "baseline"])
        var lines = ["policy: \(name)", "tier: \(tier)", "for: \(peers(groups: ["g1", "g2"]))"]
        if chance(25) { lines.append("mode: audit") }
        lines += ["groups:", "  g1: \(peers(groups: []))", "  g2: \(peers(groups: ["g1"]))"]
        lines += ["services:", "  web: tcp/80, tcp/443", "  dns: udp/53, tcp/53", "rules:"]
        for _ in 0...random.next() % 6 { lines.append("- \(rule())") }
        if chance(60) {
            let verb = pick(["deny", "allow", "reject", "pass", "pass"])
            lines.append("default: \(verb)" + pick(["", "", " log", " log sampled"]))
        }
        return lines.joined(separator: "\n") + "\n"
    }

    private mutating func rule() -> String {
        let groups = ["g1", "g2"]
        let verb = pick(["allow", "allow", "allow", "deny", "reject", "pass"])
        var text = "\(verb) \(peers(groups: groups)) -> \(peers(groups: groups))"
        if chance(80) {
            let count = 1 + random.next() % 2
            text += " on " + (0..<count).map { _ in pick(Self.services) }.joined(separator: ", ")
        }
        if verb == "allow", chance(20) { text += " limit \(1 + random.next() % 9)/s" }
        if chance(15) { text += " until 2026-11-2\(random.next() % 3)" }
        return text + pick(["", "", "", " log", " log sampled"])
    }

    private mutating func peers(groups: [String]) -> String {
        let list = { (self: inout RandomPolicy) in
            (0...self.random.next() % 2).map { _ in self.peer(groups) }.joined(separator: ", ")
        }
        return list(&self) + (chance(25) ? " except " + list(&self) : "")
    }

    private mutating func peer(_ groups: [String]) -> String {
        switch random.next() % 8 {
        case 0, 1: return "any"
        case 2: return "vm vm\(1 + random.next() % 9)"
        case 3, 4: return "cidr \(pick(Self.prefixes))"
        case 5 where !groups.isEmpty: return pick(groups)
        case 6: return "label role=\(pick(["web", "db", "ops"])) and env!=dev"
        default:
            return pick([
                "label role in (web|db)", "label has env", "label role=ops", "label env=prod",
            ])
        }
    }

    /// An address that is someone's, or at the edge of a prefix, or just beyond.
    mutating func address(_ universe: PolicyUniverse) throws -> IPAddress {
        switch random.next() % 4 {
        case 0, 1:
            return pick(universe.endpoints.flatMap(\.ownedAddresses))
        case 2:
            let prefix = try prefix()
            return neighbour(pick([prefix.address, prefix.last]), Int(random.next() % 3) - 1)
        default:
            return pick([
                try ip("198.51.100.\(random.next() % 256)"),
                try ip("10.0.0.\(random.next() % 256)"),
                try ip("2001:db8:\(random.next() % 3)::\(random.next() % 9)"),
            ])
        }
    }

    private mutating func prefix() throws -> IPPrefix {
        guard let prefix = IPPrefix(pick(Self.prefixes)) else { throw RandomPolicyFault() }
        return prefix
    }

    /// The address `step` further, if the family goes on.
    private func neighbour(_ address: IPAddress, _ step: Int) -> IPAddress {
        let low = step < 0 ? address.low &- 1 : address.low &+ UInt64(step)
        let other = IPAddress(high: address.high, low: low)
        return other.isIPv4 == address.isIPv4 ? other : address
    }

    /// A service at the edge of a range of `files`, or just beyond, or any.
    mutating func service(_ files: [PolicyFile]) -> ServiceKey {
        let terms = files.flatMap { $0.rules.flatMap(\.services) + $0.services.flatMap(\.terms) }
        let ranges = terms.compactMap { term -> ServiceRange? in
            if case .range(let range) = term.value { range } else { nil }
        }
        guard chance(70), !ranges.isEmpty else {
            return ServiceKey(rawValue: UInt32(random.next() % (1 << 24)))
        }
        let range = pick(ranges)
        let edges = [
            range.first.rawValue &- 1, range.first.rawValue, range.last.rawValue,
            range.last.rawValue &+ 1,
        ]
        return ServiceKey(rawValue: pick(edges))
    }
}

/// A list of this file holds what it must not.
struct RandomPolicyFault: Error {}
