import Foundation
import Packet
import PolicyEngine
import Testing

/// The tables against a second reading of the language, in another one: `Tests/Oracle/judge.py`.
@Suite struct OracleTests {
    /// How many policies and packets are drawn: `ORACLE_POLICIES`, `ORACLE_PACKETS` for long runs,
    /// `ORACLE_SEED` to begin elsewhere.
    private static func number(_ name: String, or usual: Int) -> Int {
        ProcessInfo.processInfo.environment[name].flatMap { Int($0) } ?? usual
    }

    @Test("the tables answer as the oracle in Python does, half of the packets at boundaries")
    func agreesWithTheOracle() throws {
        let wanted = Self.number("ORACLE_POLICIES", or: 200)
        var seed = UInt64(Self.number("ORACLE_SEED", or: 1)) << 20
        var done = 0
        while done < wanted {
            var cases: [OracleCase] = []
            while cases.count < min(100, wanted - done) {
                seed += 1
                if let drawn = try OracleCase(seed: seed) { cases.append(drawn) }
            }
            let verdicts = try Oracle.judge(cases)
            #expect(verdicts.count == cases.count)
            for (drawn, answers) in zip(cases, verdicts) {
                #expect(drawn.differences(from: answers) == [], "seed \(drawn.seed)")
            }
            done += cases.count
        }
    }

    @Test("the oracle sees a verdict that is wrong")
    func seesDifferences() throws {
        var seed = 7 as UInt64
        var drawn: OracleCase?
        while drawn == nil {
            seed += 1
            drawn = try OracleCase(seed: seed)
        }
        let answers = try #require(drawn?.expected.map { _ in "deny by nobody" })
        #expect(drawn?.differences(from: answers).count == answers.count)
    }
}

/// One policy with packets, and what the tables say to them.
private struct OracleCase {
    let seed: UInt64
    let json: [String: Any]
    let expected: [String]

    private static let packetCount =
        ProcessInfo.processInfo.environment["ORACLE_PACKETS"].flatMap { Int($0) } ?? 500

    /// Nil when the drawn files contradict each other.
    init?(seed: UInt64) throws {
        self.seed = seed
        var draw = RandomPolicy(random: SeededRandom(seed: seed))
        let universe = try draw.universe()
        let texts = (0...draw.random.next() % 4).map { draw.text("p\($0)") }
        let files = try texts.enumerated().map { try policy($1, path: "p\($0).yaml") }
        guard let compiled = try? PolicyCompiler.compile(files, universe) else { return nil }
        var packets: [[Any]] = []
        var expected: [String] = []
        while packets.count < Self.packetCount {
            guard let packet = try Self.packet(&draw, compiled, files) else { continue }
            packets.append(packet.json)
            expected.append(packet.answer)
        }
        self.expected = expected
        json = [
            "today": "\(PolicyDay.ofTests)",
            "files": Dictionary(
                uniqueKeysWithValues: texts.enumerated().map { ("p\($0).yaml", $1) }),
            "endpoints": universe.endpoints.map(Self.json), "packets": packets,
        ]
    }

    private static func packet(
        _ draw: inout RandomPolicy, _ compiled: CompiledPolicy, _ files: [PolicyFile]
    ) throws -> (json: [Any], answer: String)? {
        let universe = compiled.universe
        let number = Int(draw.random.next() % UInt64(universe.endpoints.count))
        let endpoint = universe.endpoints[number]
        guard let port = endpoint.port else { return nil }
        let direction = draw.pick([TrafficDirection.egress, .ingress])
        let own =
            endpoint.anyAddress ? try draw.address(universe) : draw.pick(endpoint.ownedAddresses)
        let peer = try draw.address(universe)
        guard peer.isIPv4 == own.isIPv4 else { return nil }
        let service = draw.service(files)
        let question = PolicyQuestion(own: own, peer: peer, service: service)
        let verdict = compiled.table.classify(port: port, direction, question)
        return (
            [
                number, "\(direction)", "\(own)", "\(peer)", Int(service.ipProtocol.rawValue),
                Int(service.detail),
            ], compiled.words(verdict)
        )
    }

    private static func json(_ endpoint: PolicyEndpoint) -> [String: Any] {
        [
            "vm": endpoint.vm, "labels": endpoint.labels, "network": endpoint.network.rawValue,
            "mac": "\(endpoint.mac)", "addresses": endpoint.addresses.map { "\($0)" },
        ]
    }

    /// Where the oracle answers otherwise.
    func differences(from answers: [String]) -> [String] {
        let packets = json["packets"] as? [[Any]] ?? []
        return zip(zip(expected, answers), packets).compactMap { pair, packet in
            pair.0 == pair.1 ? nil : "\(packet): tables \(pair.0), oracle \(pair.1)"
        }
    }
}

/// Runs `Tests/Oracle/judge.py`.
private enum Oracle {
    static func judge(_ cases: [OracleCase]) throws -> [[String]] {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        let script = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appendingPathComponent("../Oracle/judge.py").standardizedFileURL.path
        process.arguments = ["/usr/bin/python3", script]
        let (input, output) = (temporaryFile(), temporaryFile())
        defer { for url in [input, output] { try? FileManager.default.removeItem(at: url) } }
        try JSONSerialization.data(withJSONObject: cases.map(\.json)).write(to: input)
        try Data().write(to: output)
        process.standardInput = try FileHandle(forReadingFrom: input)
        process.standardOutput = try FileHandle(forWritingTo: output)
        try process.run()
        process.waitUntilExit()
        #expect(process.terminationStatus == 0, "the oracle failed")
        let answers = try JSONSerialization.jsonObject(with: Data(contentsOf: output))
        return try #require(answers as? [[String]])
    }

    private static func temporaryFile() -> URL {
        FileManager.default.temporaryDirectory
            .appendingPathComponent("vswitch-oracle-\(UUID().uuidString)")
    }
}
