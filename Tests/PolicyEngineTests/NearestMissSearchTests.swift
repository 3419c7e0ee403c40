import Packet
import PolicyEngine
import Testing

@Suite struct NearestMissSearchTests {
    private static let text = """
        policy: shop
        for: label app=shop
        groups:
          ops: label role=ops
        rules:
          - allow ops -> label role=db on tcp/22, icmp/echo
          - deny any -> label role=db on tcp/22 as no-ssh
          - allow label role=web -> label role=db on tcp/5432
          - allow cidr 192.0.2.0/24 -> vm web1 on tcp/80
          - allow label role=web -> label role=db on tcp/23 until 2026-11-20
          - allow any -> label role=db on tcp/22
        default: deny
        """

    private func miss(
        _ from: String, _ to: String, _ service: String, text: String = text
    ) throws -> NearestMiss? {
        let compiled = try PolicyCompiler.compile(
            [try policy(text, path: "dir/shop.yaml")], try shop())
        return try compiled.explain(from: from, to: to, service: service)[0].nearestMiss
    }

    @Test(
        "the allow rule that differs in one field is found, with its place and the field",
        arguments: [
            (
                "web1", "db1", "tcp/5433", "service",
                "`shop/#3` (dir/shop.yaml:8) would allow it, but for the service: tcp/5432, "
                    + "not tcp/5433"
            ),
            (
                "web1", "db1", "tcp/22", "sender",
                "`shop/#1` (dir/shop.yaml:6) would allow it, but for the sender: ops, not vm web1"
            ),
            (
                "192.0.2.9", "ops1", "tcp/80", "receiver",
                "`shop/#4` (dir/shop.yaml:9) would allow it, but for the receiver: vm web1, "
                    + "not vm ops1"
            ),
            (
                "198.51.100.9", "web1", "tcp/80", "sender",
                "`shop/#4` (dir/shop.yaml:9) would allow it, but for the sender: "
                    + "cidr 192.0.2.0/24, not 198.51.100.9"
            ),
            (
                "web1", "db1", "tcp/23", "until",
                "`shop/#5` (dir/shop.yaml:10) would allow it, but its last day was 2026-11-20"
            ),
            (
                "198.51.100.9", "db1", "icmp/echo", "sender",
                "`shop/#1` (dir/shop.yaml:6) would allow it, but for the sender: ops, "
                    + "not 198.51.100.9"
            ),
        ])
    func findsOneField(
        row: (from: String, to: String, service: String, field: String, sentence: String)
    ) throws {
        let miss = try #require(try miss(row.from, row.to, row.service))
        #expect(miss.field.rawValue == row.field && miss.fields.count == 1)
        #expect(miss.sentence == row.sentence)
        #expect(
            row.sentence.contains("`\(miss.rule.name)` (\(miss.rule.file):\(miss.rule.line))"))
    }

    @Test("a rule behind the one that refuses is no near miss, unless nothing else differs")
    func knowsTheOrder() throws {
        let text = """
            policy: x
            for: any
            rules:
              - deny any -> any on tcp/22 as no-ssh
              - allow vm ops1 -> vm db1 on tcp/22
            """
        let miss1 = try #require(try miss("ops1", "db1", "tcp/22", text: text))
        #expect(
            miss1.sentence
                == "`x/#2` (dir/shop.yaml:5) would allow it, but `x/no-ssh` (dir/shop.yaml:4) "
                + "decides first")
        let miss2 = try #require(try miss("web1", "db1", "tcp/22", text: text))
        #expect(miss2.fields == [.sender, .order])
    }

    @Test("the file that lets a connection out may not govern the port that it goes to")
    func looksAtBothEnds() throws {
        let text = "policy: x\nfor: vm web1\nrules:\n  - allow any -> any on tcp/1\n"
        let miss = try #require(try miss("web1", "db1", "tcp/1", text: text))
        #expect(miss.field == .for)
        #expect(
            miss.sentence
                == "`x/#1` (dir/shop.yaml:4) would allow it, but policy `x` is not for vm db1")
    }

    @Test("what passes misses nothing, and what nothing comes near says nothing")
    func saysNothing() throws {
        #expect(try miss("web1", "db1", "tcp/5432") == nil)
        let far = "policy: x\nfor: any\nrules:\n  - allow vm a -> vm b on tcp/1\n"
        #expect(try miss("web1", "db1", "udp/1", text: far) == nil)
    }

    @Test("with that one field otherwise, the connection passes: on random policies")
    func isTrue() throws {
        var counts: [String: Int] = [:]
        for seed in 0..<250 as Range<UInt64> {
            var draw = RandomPolicy(random: SeededRandom(seed: seed))
            let universe = try draw.universe()
            let texts = (0...2).map { draw.text("p\($0)") }
            let names = texts.indices.map { "p\($0).yaml" }
            let files = try zip(texts, names).map { try policy($0, path: $1) }
            guard let compiled = try? PolicyCompiler.compile(files, universe) else { continue }
            for _ in 0..<20 {
                let ends = try (draw.address(universe), draw.pick(Array(1...8)))
                let (from, to) =
                    draw.chance(50) ? ("\(ends.0)", "vm\(ends.1)") : ("vm\(ends.1)", "\(ends.0)")
                let service = "\(draw.service(files))"
                let answers = (try? compiled.explain(from: from, to: to, service: service)) ?? []
                for answer in answers {
                    guard let miss = answer.nearestMiss, miss.fields.count == 1 else { continue }
                    let edited = texts.map { edit($0, miss, answer) }
                    #expect(edited != texts || miss.field == .order, "seed \(seed)")
                    guard edited != texts,
                        let other = try? PolicyCompiler.compile(
                            try zip(edited, names).map { try policy($0, path: $1) }, universe)
                    else { continue }
                    let after = try other.explain(
                        from: "\(answer.from)", to: "\(answer.to)", service: service
                    ).first { $0.network == answer.network }
                    #expect(
                        after?.verdict.action == .allow, "seed \(seed): \(miss.sentence) \(answer)")
                    counts[miss.field.rawValue, default: 0] += 1
                }
            }
        }
        for field in NearestMiss.Field.allCases where field != .order {
            #expect(counts[field.rawValue, default: 0] > 3, "\(counts)")
        }
    }

    /// The file with the one field of the rule written otherwise.
    private func edit(_ text: String, _ miss: NearestMiss, _ answer: Explanation) -> String {
        guard text.hasPrefix("policy: \(miss.rule.policy)\n") else { return text }
        var lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        var words = lines[miss.rule.line - 1].split(separator: " ").map(String.init)
        guard let arrow = words.firstIndex(of: "->") else { return text }
        let end = words.firstIndex { ["on", "limit", "until", "log"].contains($0) } ?? words.count
        switch miss.field {
        case .sender: words.replaceSubrange(2..<arrow, with: ["cidr", "\(answer.from)"])
        case .receiver: words.replaceSubrange(arrow + 1..<end, with: ["cidr", "\(answer.to)"])
        case .service:
            let tail = words.firstIndex { ["limit", "until", "log"].contains($0) } ?? words.count
            words.replaceSubrange(end..<tail, with: ["on", "\(answer.service)"])
        case .until:
            guard let until = words.firstIndex(of: "until") else { return text }
            words.removeSubrange(until...until + 1)
        case .for: lines[2] = "for: any"
        case .order: return text
        }
        lines[miss.rule.line - 1] = words.joined(separator: " ")
        return lines.joined(separator: "\n")
    }
}
