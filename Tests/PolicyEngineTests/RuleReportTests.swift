import Packet
import PolicyEngine
import Testing

@Suite struct RuleReportTests {
    private func warnings(_ rules: String..., universe: PolicyUniverse? = nil) throws -> [String] {
        let text =
            "policy: x\nfor: label app=shop\ngroups:\n  none: label role=none\nrules:\n"
            + rules.map { "- \($0)\n" }.joined()
        let universe = try universe ?? shop()
        return try PolicyCompiler.compile([try policy(text)], universe).warnings
            .map { "\($0.position) \($0.message)" }
    }

    @Test("a rule that matches nobody says which side is empty")
    func reportsNobody() throws {
        #expect(
            try warnings(
                "allow none -> any", "allow any -> vm nobody, none", "allow any -> vm web1"
            ) == [
                "6:9 rule `x/#1` matches nobody yet: its senders `none` are none",
                "7:16 rule `x/#2` matches nobody yet: its receivers `vm nobody, none` are none",
            ])
    }

    @Test("a rule that no connection can match says so")
    func reportsTheImpossible() throws {
        var universe = try shop()
        universe.endpoints[2].labels["app"] = "other"
        let rest =
            "matches no connection of the VMs known now: at no port that policy `x` governs can "
            + "sender and receiver both be of it"
        #expect(
            try warnings(
                "allow cidr 10.0.0.0/8 -> cidr fd00::/16", "allow vm ops1 -> cidr 192.0.2.0/24",
                "allow vm ops1 -> vm web1", universe: universe
            ) == ["6:3 rule `x/#1` \(rest)", "7:3 rule `x/#2` \(rest)"])
    }

    @Test("a rule below one that ends says from when on it may decide")
    func reportsEnds() throws {
        let found = try warnings(
            "deny any -> vm db1 on tcp until 2026-12-07", "allow vm web1 -> vm db1 on tcp/22")
        #expect(
            found == [
                "7:3 rule `x/#2` decides nothing: `x/#1` (line 6) above it matches first, wherever "
                    + "it matches; from the day after 2026-12-07 on, when a rule above it is over, "
                    + "it may decide"
            ])
    }

    @Test("a rule below others that take all of it names them")
    func reportsShadows() throws {
        #expect(
            try warnings(
                "deny any -> vm db1 on tcp as no-tcp", "allow vm web1 -> vm db1 on tcp/22",
                "allow any -> vm web1 on tcp/1-10", "allow any -> vm web1 on tcp/11-20",
                "allow any -> vm web1 on tcp/5-15", "pass any -> vm web1 on tcp/15-21"
            ) == [
                "7:3 rule `x/#2` decides nothing: `x/no-tcp` (line 6) above it matches first, "
                    + "wherever it matches",
                "10:3 rule `x/#5` decides nothing: rules above it, as `x/#3` (line 8), together "
                    + "match first, wherever it matches",
            ])
    }

    @Test("rules that hide another from different senders are told as several")
    func reportsSharedShadows() throws {
        #expect(
            try warnings(
                "deny label role=web -> vm db1", "deny label role=ops -> vm db1",
                "allow vm web1, vm ops1 -> vm db1 on tcp/22"
            ) == [
                "8:3 rule `x/#3` decides nothing: rules above it, as `x/#1` (line 6), together "
                    + "match first, wherever it matches"
            ])
    }

    @Test("nothing is said of rules that are over, nor of a file that selects nobody")
    func saysNothing() throws {
        let past = try warnings("deny none -> any until 2026-11-20")
        #expect(past.count == 1 && past[0].contains("last day"))
        let nobody = try warnings("deny none -> any", universe: PolicyUniverse())
        #expect(nobody.count == 1 && nobody[0].contains("selects no VM yet"))
    }

    @Test("a router's foreign addresses count as its own")
    func knowsRouters() throws {
        var universe = try shop()
        universe.endpoints[0].anyAddress = true
        let rule = "allow vm web1 except cidr 10.0.0.0/24, cidr fc00::/7, cidr fe80::/10 -> any"
        #expect(try warnings(rule, universe: universe).isEmpty)
        #expect(try warnings(rule).count == 1)
    }

    /// Every question about a port at which the rules of a file may change their mind.
    private func questions(
        _ endpoint: PolicyEndpoint, _ universe: PolicyUniverse, _ file: PolicyFile
    ) throws -> [PolicyQuestion] {
        var addresses = universe.endpoints.flatMap(\.ownedAddresses)
        for text in RandomPolicy.prefixes {
            let prefix = try #require(IPPrefix(text))
            addresses += [prefix.address, prefix.last]
            let after = IPAddress(high: prefix.last.high, low: prefix.last.low &+ 1)
            if after.isIPv4 == prefix.last.isIPv4 { addresses.append(after) }
        }
        let ranges = (file.rules.flatMap(\.services) + file.services.flatMap(\.terms)).compactMap {
            if case .range(let range) = $0.value { range } else { nil }
        }
        let services = Set([0] + ranges.flatMap { [$0.first.rawValue, $0.last.rawValue &+ 1] })
        let own = endpoint.anyAddress ? addresses : endpoint.ownedAddresses
        return Set(own).flatMap { own in
            Set(addresses).filter { $0.isIPv4 == own.isIPv4 }.flatMap { peer in
                services.map {
                    PolicyQuestion(own: own, peer: peer, service: ServiceKey(rawValue: $0))
                }
            }
        }
    }

    @Test("a rule is reported exactly when it is never the first to match", arguments: 0..<24)
    func isExact(seed: UInt64) throws {
        var draw = RandomPolicy(random: SeededRandom(seed: seed + 9000))
        var universe = try draw.universe()
        universe.endpoints.removeLast(4)
        universe.endpoints[3].anyAddress = seed % 4 == 0
        let file = try policy(draw.text("p0"))
        let compiled = try PolicyCompiler.compile([file], universe)
        let naive = NaiveInterpreter(files: [file], endpoints: universe.endpoints)
        var used: Set<Int> = []
        let governed = universe.endpoints.filter { !naive.governing($0).isEmpty }
        for endpoint in governed {
            for question in try questions(endpoint, universe, file) {
                for direction in [TrafficDirection.egress, .ingress] {
                    if let rule = naive.firstMatch(in: file, endpoint, direction, question) {
                        used.insert(rule)
                    }
                }
            }
        }
        let idle = file.rules.indices.filter { number in
            !governed.isEmpty && !used.contains(number)
                && (file.rules[number].lastDay.map { $0.value >= .ofTests } ?? true)
        }
        let reported = compiled.warnings.filter { $0.message.contains("rule `p0/#") }
            .filter { !$0.message.contains("last day") }
        #expect(reported.map(\.position.line) == idle.map { file.rules[$0].position.line })
    }
}
