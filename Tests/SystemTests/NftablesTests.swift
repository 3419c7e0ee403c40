import Foundation
import Testing

extension SystemTests {
    /// nftables as a second judge: the same frames through our switch and through a Linux bridge
    /// whose rule set says the same (`Tests/Oracle/nft_judge.py`).
    @Suite struct Nftables {
        /// How many policies are compared; `NFT_POLICIES` for a long run, `NFT_SEED` to begin
        /// elsewhere.
        private static func number(_ name: String, or usual: Int) -> Int {
            ProcessInfo.processInfo.environment[name].flatMap { Int($0) } ?? usual
        }

        @Test("the same frames pass as through a bridge with the same rules in nftables")
        func agrees() throws {
            try Site.run { site in
                let ours = try JudgedWires(switchHost: site)
                let theirs = try JudgedWires(bridgeNamed: "bridge")
                defer { ours.remove(); theirs.remove() }
                var seed = Self.number("NFT_SEED", or: 1) * 1_000
                var compared = 0
                while compared < Self.number("NFT_POLICIES", or: 8) {
                    seed += 1
                    let drawn = try JudgedCase(seed: seed, in: site.host.folder)
                    guard try drawn.isApplied(by: site.control) else { continue }
                    try theirs.load(drawn.rules)
                    let (here, there) = (try ours.send(drawn), try theirs.send(drawn))
                    #expect(here == there, "seed \(seed): \(drawn.difference(here, there))")
                    compared += 1
                }
            }
        }
    }
}

/// A policy in both languages, and frames.
private struct JudgedCase {
    let file: URL
    let rules: URL
    private let policies: [String]
    private let frames: [[String: Any]]

    static let script = URL(filePath: #filePath).resolvingSymlinksInPath()
        .deletingLastPathComponent().appending(path: "../Oracle/nft_judge.py").standardized.path

    init(seed: Int, in folder: URL) throws {
        let text = try Shell.must("python3", Self.script, "draw", "\(seed)")
        let json = try #require(
            try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
        file = folder.appending(path: "judged.json")
        rules = folder.appending(path: "judged.nft")
        try Data(text.utf8).write(to: file)
        try Data((try #require(json["nft"] as? String)).utf8).write(to: rules)
        frames = try #require(json["frames"] as? [[String: Any]])
        policies = try (try #require(json["policies"] as? [String])).enumerated().map {
            let url = folder.appending(path: "judged\($0.offset).yaml")
            try Data($0.element.utf8).write(to: url)
            return url.path
        }
    }

    /// False for files of one tier that contradict each other; they are refused.
    func isApplied(by control: VSwctl) throws -> Bool {
        try control.run(["policy", "apply", "--allow-widening"] + policies).isSuccess
    }

    func difference(_ here: [Int], _ there: [Int]) -> String {
        Set(here).symmetricDifference(there).sorted().map { number in
            let frame = frames[number]
            return "\(frame["from"] ?? 0) -> \(frame["to"] ?? 0) on \(frame["what"] ?? "") passes "
                + (here.contains(number) ? "here alone" : "there alone")
        }.joined(separator: "; ")
    }
}

/// Four wires `w1` … `w4` in a namespace of their own, each the far end of a port of a judge.
private struct JudgedWires {
    private static let numbers = 1...4
    private let judge: NetworkNamespace
    private let ends: NetworkNamespace
    private let isOwn: Bool

    /// Wires to ports of the switch on `site`'s host.
    init(switchHost site: Site) throws {
        judge = site.host.namespace
        isOwn = false
        ends = try Self.wires(to: judge)
        let roles = ["web", "db", "ops", "web"]
        for number in Self.numbers {
            try site.control.must(
                "port", "attach", "n\(number)", "--vm", "vm\(number)", "--mode", "netdev",
                "--mac", "52:54:00:00:00:0\(number)", "--ip", "10.66.0.\(number)",
                "--label", "role=\(roles[number - 1])")
        }
    }

    /// Wires to ports of a Linux bridge.
    init(bridgeNamed name: String) throws {
        judge = try NetworkNamespace(name)
        isOwn = true
        ends = try Self.wires(to: judge)
        try judge.ip("link add br0 up type bridge mcast_snooping 0")
        for number in Self.numbers { try judge.ip("link set n\(number) master br0 up") }
    }

    private static func wires(to judge: NetworkNamespace) throws -> NetworkNamespace {
        let ends = try NetworkNamespace("wires")
        for number in numbers {
            try judge.ip("link add n\(number) type veth peer name w\(number) netns \(ends.name)")
            try ends.must("sysctl -qw net.ipv6.conf.w\(number).disable_ipv6=1")
            try ends.ip("link set w\(number) up")
        }
        return ends
    }

    /// Puts a rule set in force in place of the one before.
    func load(_ rules: URL) throws {
        try judge.must("nft flush ruleset; nft -f \(rules.path)")
    }

    /// The numbers of the frames that arrive where they were to.
    func send(_ drawn: JudgedCase) throws -> [Int] {
        let result = try ends.run("python3", JudgedCase.script, "send", drawn.file.path)
        guard result.isSuccess else { throw ShellFailure(result: result) }
        return try #require(
            try JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [Int])
    }

    func remove() {
        ends.remove()
        if isOwn { judge.remove() }
    }
}
