import Glibc
import Packet
import PolicyEngine
import Testing

/// The proof beside a solver that knows the language alone (`Tests/Oracle/z3_proof.py`).
@Suite struct PolicyProofZ3Tests {
    /// Four promises each; `VSWITCH_Z3_CASES` asks for more.
    private static var caseCount: UInt64 {
        getenv("VSWITCH_Z3_CASES").flatMap { UInt64(String(cString: $0)) } ?? 12
    }

    @Test("a solver that reads the sources finds the same promises kept")
    func agreesWithZ3() throws {
        var cases: [String] = []
        var answers: [[Bool]] = []
        for seed in 1...Self.caseCount {
            var random = RandomPromise(seed: seed &+ 40_000)
            let universe = try random.universe()
            let files = try random.files()
            var proof = PolicyProof(try PolicyCompiler.compileUnproven(files, universe))
            answers.append((0..<proof.promiseCount).map { proof.counterexample(to: $0) == nil })
            cases.append(JSON.text(files, universe))
        }
        let found = try Self.ask(cases)
        try #require(found.count == cases.count, "z3 answered \(found.count) cases")
        for (index, line) in found.enumerated() {
            let words = line.split(separator: "\t").map(String.init)
            #expect(
                words.map { $0 == "kept" } == answers[index],
                "seed \(40_001 + index): z3 says \(words), the proof \(answers[index])")
        }
        let kept = answers.joined().count { $0 }
        #expect(kept > 8 && kept < cases.count * 4 - 8, "\(kept) kept")
    }

    /// The lines that the solver writes, one for each case.
    private static func ask(_ cases: [String]) throws -> [String] {
        let path = "/tmp/vswitch-z3-\(getpid()).json"
        defer { unlink(path) }
        let file = try #require(fopen(path, "w"))
        fputs("[" + cases.joined(separator: ",\n") + "]\n", file)
        fclose(file)
        // Tests/PolicyEngineTests/this.swift: the oracle lies beside the folder.
        let here = "\(#filePath)".split(separator: "/").dropLast(2).joined(separator: "/")
        let command = "/usr/bin/python3 /\(here)/Oracle/z3_proof.py \(path)"
        let pipe = try #require(popen(command, "r"))
        var text = ""
        var buffer = [CChar](repeating: 0, count: 4_096)
        while fgets(&buffer, CInt(buffer.count), pipe) != nil {
            text += String(decoding: buffer.prefix { $0 != 0 }.map(UInt8.init), as: UTF8.self)
        }
        let status = pclose(pipe)
        try #require(
            status == 0, "z3 has not run (\(status)): scripts/install.sh test installs it")
        return text.split(separator: "\n").map(String.init)
    }
}

/// The syntax trees of policies as the oracle reads them.
private enum JSON {
    static func text(_ files: [PolicyFile], _ universe: PolicyUniverse) -> String {
        object([
            "files": list(files.map(file)),
            "endpoints": list(universe.endpoints.map(endpoint)),
        ])
    }

    private static func endpoint(_ endpoint: PolicyEndpoint) -> String {
        object([
            "vm": quoted(endpoint.vm), "labels": object(endpoint.labels.mapValues(quoted)),
            "network": "\(endpoint.network.rawValue)",
            "addresses": list(endpoint.addresses.map(address)),
            "formed": address(.linkLocal(endpoint.mac)), "any": "\(endpoint.anyAddress)",
            "judged": "\(endpoint.isJudged)",
        ])
    }

    private static func file(_ file: PolicyFile) -> String {
        let groups = file.groups.map { ($0.name.value, peers($0.members)) }
        let services = file.services.map { ($0.name.value, list($0.terms.map(service))) }
        return object([
            "name": quoted(file.name.value), "tier": quoted(file.tier.rawValue),
            "for": peers(file.selector), "groups": object(Dictionary(uniqueKeysWithValues: groups)),
            "services": object(Dictionary(uniqueKeysWithValues: services)),
            "default": file.defaultRule.map { quoted($0.action.rawValue) } ?? "null",
            "rules": list(file.rules.map(rule)),
            "never": list(
                file.invariants.map { sentence($0.senders, $0.receivers, $0.services, "never") }),
        ])
    }

    private static func rule(_ rule: PolicyRule) -> String {
        sentence(rule.senders, rule.receivers, rule.services, rule.action.rawValue)
    }

    private static func sentence(
        _ senders: PeerSet, _ receivers: PeerSet, _ services: [Located<ServiceTerm>],
        _ action: String
    ) -> String {
        object([
            "from": peers(senders), "to": peers(receivers), "on": list(services.map(service)),
            "action": quoted(action),
        ])
    }

    private static func peers(_ peers: PeerSet) -> String {
        list([peers.included, peers.excepted].map { list($0.map { peer($0.value) }) })
    }

    private static func peer(_ peer: Peer) -> String {
        switch peer {
        case .any: list([quoted("any")])
        case .group(let name): list([quoted("group"), quoted(name)])
        case .vm(let name): list([quoted("vm"), quoted(name)])
        case .cidr(let prefix):
            list([
                quoted("cidr"), address(prefix.address), "\(prefix.bitCount)",
                "\(!"\(prefix)".contains(":"))",
            ])
        case .label(let tests): list([quoted("label"), list(tests.map(label))])
        }
    }

    private static func label(_ test: LabelTest) -> String {
        let (kind, key, values) =
            switch test {
            case .equals(let key, let value): ("equals", key, [value])
            case .differs(let key, let value): ("differs", key, [value])
            case .oneOf(let key, let values): ("oneOf", key, values)
            case .has(let key): ("has", key, [])
            }
        return list([quoted(kind), quoted(key), list(values.map(quoted))])
    }

    private static func service(_ term: Located<ServiceTerm>) -> String {
        switch term.value {
        case .any: list([quoted("any")])
        case .named(let name): list([quoted("named"), quoted(name)])
        case .range(let range):
            list([quoted("range"), "\(range.first.rawValue)", "\(range.last.rawValue)"])
        }
    }

    private static func address(_ address: IPAddress) -> String {
        quoted([address.high, address.low].map(hexadecimal).joined())
    }

    private static func hexadecimal(_ word: UInt64) -> String {
        let digits = String(word, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }

    private static func object(_ pairs: [String: String]) -> String {
        "{"
            + pairs.sorted { $0.key < $1.key }.map { "\(quoted($0.key)): \($0.value)" }
            .joined(separator: ", ") + "}"
    }

    private static func list(_ items: [String]) -> String {
        "[" + items.joined(separator: ", ") + "]"
    }

    /// Names of policies need no escapes.
    private static func quoted(_ text: String) -> String { "\"\(text)\"" }
}
