import Packet
import PolicyEngine
import Testing

/// Reads a policy that must be sound.
func policy(_ text: String, path: String = "shop.yaml") throws -> PolicyFile {
    try PolicyParser.parse(PolicySource(path: path, text: text))
}

/// The faults of a text, each as `LINE:COLUMN message | hint`.
func faults(_ text: String) -> [String] {
    do throws(PolicyErrors) {
        _ = try PolicyParser.parse(PolicySource(path: "shop.yaml", text: text))
        return []
    } catch {
        return error.errors.map { "\($0.line):\($0.column) \($0.message) | \($0.hint)" }
    }
}

/// The faults of a rule in a file that knows the groups `web` and `db` and the service `http`,
/// each as `COLUMN message | hint`, columns counted from the sentence's first character.
func ruleFaults(_ sentence: String) -> [String] {
    let text = """
        policy: shop
        for: any
        groups:
          web: label role=web
          db: label role=db
        services:
          http: tcp/80
        rules:
        - \(sentence)
        """
    return faults(text).map { fault in
        let parts = fault.split(separator: " ", maxSplits: 1)
        let position = parts[0].split(separator: ":").compactMap { Int($0) }
        return "\(position[1] - 2) \(parts[1])"
    }
}

/// The faults of one line below `key:`, each as `COLUMN message | hint`.
func entryFaults(_ key: String, _ line: String) -> [String] {
    faults("policy: shop\nfor: any\n\(key):\n  \(line)\n").map { fault in
        String(fault.drop { $0 != ":" }.dropFirst())
    }
}

/// The faults that compiling `texts` (at `a.yaml`, `b.yaml`, …) finds, each as
/// `PATH:LINE:COLUMN message | hint`.
func compileFaults(
    _ texts: [String], _ universe: PolicyUniverse, budget: CompileBudget = .standard
) throws -> [String] {
    let names = ["a.yaml", "b.yaml", "c.yaml", "d.yaml"]
    let files = try zip(texts, names).map { try policy($0, path: $1) }
    do throws(PolicyErrors) {
        _ = try PolicyCompiler.compile(files, universe, budget: budget)
        return []
    } catch {
        return error.errors.map {
            "\($0.path):\($0.line):\($0.column) \($0.message) | \($0.hint)"
        }
    }
}

extension PolicyCompiler {
    /// Compiles for the day on which tests take place, 2026-11-21.
    static func compile(
        _ files: [PolicyFile], _ universe: PolicyUniverse, budget: CompileBudget = .standard
    ) throws(PolicyErrors) -> CompiledPolicy {
        try compile(files, universe, today: .ofTests, budget: budget)
    }
}

extension PolicyCompiler {
    /// Compiles for that day without a look at the promises.
    static func compileUnproven(
        _ files: [PolicyFile], _ universe: PolicyUniverse, budget: CompileBudget = .standard
    ) throws(PolicyErrors) -> CompiledPolicy {
        try compileUnproven(files, universe, CompileTerms(today: .ofTests, budget: budget))
    }
}

extension PolicyCompiler {
    /// Compiles files in force for that day from a former policy.
    static func recompile(
        _ previous: CompiledPolicy, _ files: [PolicyFile], _ universe: PolicyUniverse,
        budget: CompileBudget = .standard
    ) throws(PolicyErrors) -> CompiledPolicy {
        let terms = CompileTerms(
            today: .ofTests, budget: budget, isAccepted: true, previous: previous)
        return try compile(files, universe, terms)
    }
}

extension PolicyDay {
    /// 2026-11-21.
    static let ofTests = PolicyDay(number: 20_778)
}

extension PolicyEndpoint {
    /// `web1 role=web app=shop` with the number `number`: port, last octet of MAC and addresses.
    init(_ words: String, _ number: UInt16, network: UInt32 = 1) throws {
        var parts = words.split(separator: " ").map(String.init)
        let name = parts.removeFirst()
        self.init(
            vm: name, network: try #require(VNI(rawValue: network)),
            mac: MACAddress(rawValue: 0x5254_0000_0000 | UInt64(number)))
        for part in parts {
            let pair = part.split(separator: "=").map(String.init)
            labels[pair[0]] = pair[1]
        }
        addresses = [
            try ip("10.0.\(number >> 8).\(number & 0xff)"),
            try ip("fd00::\(String(number, radix: 16))"),
        ]
        port = PortNumber(rawValue: number)
    }
}

/// The address that `text` spells.
func ip(_ text: String) throws -> IPAddress { try #require(IPAddress(text)) }

/// The three VMs of the shop, on ports 1, 2 and 3.
func shop() throws -> PolicyUniverse {
    PolicyUniverse(endpoints: [
        try PolicyEndpoint("web1 app=shop role=web", 1),
        try PolicyEndpoint("db1 app=shop role=db", 2),
        try PolicyEndpoint("ops1 app=shop role=ops", 3),
    ])
}

extension CompiledPolicy {
    /// The verdict of `port`, as `allow by shop/pg`, with its traits.
    func answer(
        _ port: UInt16, _ direction: TrafficDirection, _ ends: (own: String, peer: String),
        _ service: ServiceKey
    ) throws -> String {
        let question = PolicyQuestion(
            own: try ip(ends.own), peer: try ip(ends.peer), service: service)
        let verdict = table.classify(port: PortNumber(rawValue: port), direction, question)
        return words(verdict)
    }

    /// Every rule with its place, sentence and limit; numbers, which edits move, aside.
    var rulesAndLimits: [String] {
        rules.map { rule in
            let limit = limits[rule.id].map { " \($0.perSecond)/s by \($0.key)" } ?? ""
            return "\(rule.name) \(rule.file):\(rule.line) \(rule.text)\(limit)"
        }
    }

    /// `allow by shop/pg`, then `, logged`, `, sampled`, `, audited`, `, limited` as it applies.
    func words(_ verdict: Verdict) -> String {
        "\(verdict.action) by \(rule(verdict.rule).name)"
            + ["", ", logged", ", sampled"][Int(verdict.logging.rawValue)]
            + (verdict.isAudited ? ", audited" : "") + (verdict.isLimited ? ", limited" : "")
    }
}

extension ServiceKey {
    /// A TCP port.
    static func tcp(_ port: UInt16) -> ServiceKey { ServiceKey(.tcp, port) }
    /// A UDP port.
    static func udp(_ port: UInt16) -> ServiceKey { ServiceKey(.udp, port) }
    /// An ICMP type, code 0.
    static func icmp(_ type: UInt16) -> ServiceKey { ServiceKey(.icmp, type << 8) }
}

/// SplitMix64: the same numbers for the same seed, on every machine.
struct SeededRandom: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var word = state
        word = (word ^ word >> 30) &* 0xbf58_476d_1ce4_e5b9
        word = (word ^ word >> 27) &* 0x94d0_49bb_1331_11eb
        return word ^ word >> 31
    }
}
