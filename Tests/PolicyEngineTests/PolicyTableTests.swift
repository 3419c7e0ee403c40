import Packet
import PolicyEngine
import Testing

@Suite struct PolicyTableTests {
    @Test("the tables answer as the naive reading of the files does", arguments: 0..<12)
    func agreesWithTheNaiveReading(part: UInt64) throws {
        var compiledCount = 0
        var seed = part << 32
        while compiledCount < 30 {
            seed += 1
            var draw = RandomPolicy(random: SeededRandom(seed: seed))
            let universe = try draw.universe()
            let files = try (0...draw.random.next() % 4).map {
                try policy(draw.text("p\($0)"), path: "p\($0).yaml")
            }
            let naive = NaiveInterpreter(files: files, endpoints: universe.endpoints)
            guard let compiled = try? PolicyCompiler.compile(files, universe) else { continue }
            compiledCount += 1
            for _ in 0..<300 { try compare(compiled, naive, &draw, seed) }
        }
    }

    @Test("what is drawn shows every trait that a verdict can have")
    func drawsEveryTrait() throws {
        var traits: Set<Substring> = []
        for seed in 0..<200 as Range<UInt64> {
            var draw = RandomPolicy(random: SeededRandom(seed: seed))
            let universe = try draw.universe()
            let files = try (0...1).map { try policy(draw.text("p\($0)"), path: "p\($0).yaml") }
            guard let compiled = try? PolicyCompiler.compile(files, universe) else { continue }
            for port in compiled.universe.endpoints.compactMap(\.port) {
                let question = PolicyQuestion(
                    own: try ip("10.0.0.\(port.rawValue)"), peer: try draw.address(universe),
                    service: draw.service(files))
                let verdict = compiled.table.classify(port: port, .ingress, question)
                let words = compiled.words(verdict)
                traits.formUnion(words.split(separator: ", ").dropFirst())
                if verdict.isAudited, verdict.rule == .builtIn { traits.insert("audited default") }
            }
        }
        #expect(
            traits == ["logged", "sampled", "audited", "limited", "audited default"])
    }

    private func compare(
        _ compiled: CompiledPolicy, _ naive: NaiveInterpreter, _ draw: inout RandomPolicy,
        _ seed: UInt64
    ) throws {
        let endpoint = draw.pick(naive.endpoints)
        guard let port = endpoint.port else { return }
        let direction = draw.pick([TrafficDirection.egress, .ingress])
        let own =
            endpoint.anyAddress
            ? try draw.address(compiled.universe) : draw.pick(endpoint.ownedAddresses)
        var peer = try draw.address(compiled.universe)
        while peer.isIPv4 != own.isIPv4 { peer = try draw.address(compiled.universe) }
        let question = PolicyQuestion(own: own, peer: peer, service: draw.service(naive.files))
        let verdict = compiled.table.classify(port: port, direction, question)
        let answer = compiled.words(verdict)
        let expected = naive.answer(endpoint, direction, question)
        #expect(answer == expected, "seed \(seed): \(endpoint.vm) \(direction) \(question)")
        #expect(compiled.isGoverned(port) == !naive.governing(endpoint).isEmpty, "seed \(seed)")
    }

    @Test("a port that no policy knows denies, and so does the empty policy")
    func deniesUnknownPorts() throws {
        let file = try policy("policy: x\nfor: any\ndefault: allow\n")
        let compiled = try PolicyCompiler.compile([file], try shop())
        for table in [compiled.table, CompiledPolicy.empty.table] {
            for port in [0, 4, 5, 1000, UInt16.max] {
                let question = PolicyQuestion(
                    own: try ip("10.0.0.1"), peer: try ip("10.0.0.2"), service: .tcp(80))
                for direction in [TrafficDirection.egress, .ingress] {
                    let port = PortNumber(rawValue: port)
                    #expect(table.classify(port: port, direction, question) == .denyByDefault)
                    #expect(!table.isGoverned(port))
                }
            }
        }
    }

    @Test("the first and the last service are found in a row of any length", arguments: 1...40)
    func findsTheEnds(count: Int) throws {
        let ports = (0..<count).map { "- allow any -> any on tcp/\($0 * 3 + 1)\n" }.joined()
        let file = try policy(
            "policy: x\nfor: any\nrules:\n- deny any -> any on proto/0 as first\n\(ports)"
                + "- reject any -> any on proto/255 as last\n")
        let compiled = try PolicyCompiler.compile([file], try shop())
        let answer = { (service: ServiceKey) in
            try compiled.answer(1, .egress, ("10.0.0.1", "192.0.2.9"), service)
        }
        #expect(try answer(ServiceKey(rawValue: 0)) == "deny by x/first")
        #expect(try answer(ServiceKey(rawValue: 0xff_ffff)) == "reject by x/last")
        for index in 0..<count {
            #expect(try answer(.tcp(UInt16(index * 3 + 1))) == "allow by x/#\(index + 2)")
            #expect(try answer(.tcp(UInt16(index * 3 + 2))) == "deny by default")
        }
    }

    @Test("the tables are plain values, of the sizes that the look-up counts on")
    func shapes() {
        #expect(MemoryLayout<Verdict>.size == 4)
        #expect(MemoryLayout<PolicyQuestion>.size == 36)
        #expect(MemoryLayout<PolicyTable>.stride <= 128)
    }
}
