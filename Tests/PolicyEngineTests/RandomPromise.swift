import Packet
import PolicyEngine

/// Draws policies that make promises, over universes small enough to try every packet.
struct RandomPromise {
    var policies: RandomPolicy

    init(seed: UInt64) { policies = RandomPolicy(random: SeededRandom(seed: seed)) }

    private static let services = [
        "tcp/80", "tcp", "udp/53", "icmp", "icmpv6/echo", "any", "tcp/22", "udp", "web",
    ]

    /// Eight VMs in two networks, all with a port; now and then one that nobody judges.
    mutating func universe() throws -> PolicyUniverse {
        var universe = try policies.universe()
        for index in universe.endpoints.indices {
            universe.endpoints[index].port = PortNumber(rawValue: UInt16(index + 1))
        }
        universe.endpoints[2].isJudged = policies.chance(90)
        universe.endpoints[3].anyAddress = policies.chance(50)
        return universe
    }

    /// One to three files without contradictions, whose last one makes promises.
    mutating func files() throws -> [PolicyFile] {
        let tiers = ["guard", "app", "baseline"]
        let count = 1 + Int(policies.random.next() % 3)
        return try (0..<count).map { index in
            let sentences = index == count - 1 ? promises() : []
            return try promising(text("p\(index)", tier: tiers[index]), sentences)
        }
    }

    /// A file of few rules, so that promises have a chance.
    private mutating func text(_ name: String, tier: String) -> String {
        var lines = ["policy: \(name)", "tier: \(tier)", "for: \(peers())"]
        if policies.chance(60) { lines[2] = "for: any" }
        lines += ["groups:", "  g1: \(peers(groups: []))", "  g2: \(peers(groups: ["g1"]))"]
        lines += ["services:", "  web: tcp/80, tcp/443", "rules:"]
        for _ in 0...policies.random.next() % 4 {
            let verb = policies.pick(["allow", "allow", "deny", "reject", "pass"])
            lines.append("- \(verb) \(peers()) -> \(peers())\(on())")
        }
        if policies.chance(30) {
            lines.append("default: \(policies.pick(["deny", "allow", "pass"]))")
        }
        return lines.joined(separator: "\n") + "\n"
    }

    private mutating func promises() -> [String] {
        (0..<4).map { _ in "\(peers()) -> \(peers())\(on())" }
    }

    private mutating func on() -> String {
        policies.chance(70) ? " on \(policies.pick(Self.services))" : ""
    }

    mutating func peers(groups: [String] = ["g1", "g2"]) -> String {
        var text = peer(groups)
        if policies.chance(30) { text += ", " + peer(groups) }
        return policies.chance(30) ? text + " except " + peer(groups) : text
    }

    private mutating func peer(_ groups: [String]) -> String {
        let random = policies.random.next() % 8
        switch random {
        case 0: return "any"
        case 1: return "vm vm\(1 + policies.random.next() % 8)"
        case 2, 3:
            return "cidr "
                + policies.pick([
                    "10.0.0.2/31", "10.0.0.3/32", "0.0.0.0/0", "::/0", "fe80::/10", "fd00::2/127",
                    "203.0.113.0/24", "224.0.0.0/4", "ff00::/8", "0.0.0.0/32", "192.0.2.1/32",
                ])
        case 4 where !groups.isEmpty: return policies.pick(groups)
        case 5: return "label env=prod"
        default: return "label role=\(policies.pick(["web", "db", "ops"]))"
        }
    }
}

/// A file with `never` sentences at its end.
///
/// They are read as rules, and then moved where they belong.
func promising(
    _ text: String, _ sentences: [String], path: String = "shop.yaml"
) throws -> PolicyFile {
    let rules = text.contains("rules:\n") ? "" : "rules:\n"
    var lines = (text + rules).split(separator: "\n", omittingEmptySubsequences: false)
        .map(String.init)
    let place = (lines.lastIndex { $0.hasPrefix("- ") } ?? lines.lastIndex(of: "rules:") ?? 0) + 1
    lines.insert(contentsOf: sentences.map { "- deny \($0)" }, at: place)
    var file = try policy(lines.joined(separator: "\n"), path: path)
    file.invariants = file.rules.suffix(sentences.count).enumerated().map { index, rule in
        PolicyInvariant(rule, text: sentences[index])
    }
    file.rules.removeLast(sentences.count)
    return file
}
