// ProofSpeed: how long the proof of one promise takes, over 1,000 rules and 2,000 VMs. Each promise
// is timed alone; what all share (ends gathered into classes, tables read) is timed by itself.
// Processor time of the one thread: what others do on the machine meanwhile does not count.

import Glibc
import Packet
import PolicyEngine

/// Ends the program with `sentence`.
func stop(_ sentence: String) -> Never { fatalError("ProofSpeed: \(sentence)") }

func processorTime() -> UInt64 {
    var time = timespec()
    unsafe clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
    return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
}

/// Milliseconds that `body` takes.
func milliseconds(_ body: () -> Void) -> Double {
    let start = processorTime()
    body()
    return Double(processorTime() - start) / 1e6
}

func text(_ milliseconds: Double) -> String { "\((milliseconds * 100).rounded() / 100) ms" }

let appCount = 40
let roles = ["web", "app", "db", "cache", "ops"]

/// 2,000 VMs: 40 applications of 5 roles in 4 tenants, ten VMs each; the last is a router.
func universe() -> PolicyUniverse {
    guard let network = VNI(rawValue: 1) else { stop("no network") }
    let endpoints = (0..<2_000).map { index in
        let mac = MACAddress(rawValue: 0x5254_0000_0000 | UInt64(index + 1))
        var endpoint = PolicyEndpoint(vm: "vm\(index)", network: network, mac: mac)
        let app = index / 50
        endpoint.labels = [
            "app": "a\(app)", "role": roles[index % 5], "tenant": "t\(app % 4)",
            "env": index % 3 == 0 ? "dev" : "prod",
        ]
        endpoint.addresses = [
            "10.\(app).\(index % 50).5", "fd00:0:0:\(app)::\(index % 50 + 1)",
        ].compactMap { IPAddress($0) }
        endpoint.port = PortNumber(rawValue: UInt16(index + 1))
        return endpoint
    }
    var universe = PolicyUniverse(endpoints: endpoints)
    universe.endpoints[1_999].anyAddress = true
    return universe
}

/// 1,000 rules in five files: what applications need, prefixes of the office, single pairs of VMs.
func sources(_ promises: [String]) -> [PolicySource] {
    var rules = ["- deny any -> any on tcp/23 as no-telnet", "- pass any -> any"]
    var files = [PolicySource(path: "guard.yaml", text: file("fence", "guard", rules, promises))]
    rules = []
    for app in 0..<appCount {
        let label = { (role: String) in "label app=a\(app) and role=\(role)" }
        rules.append("- allow \(label("web")) -> \(label("app")) on tcp/\(8_000 + app), tcp/443")
        rules.append("- allow \(label("app")) -> \(label("db")) on tcp/\(5_000 + app), tcp/5432")
        rules.append("- allow \(label("app")) -> \(label("cache")) on tcp/6379, udp/\(6_000 + app)")
        rules.append("- allow label tenant=t\(app % 4) and role=ops -> label app=a\(app) on tcp/22")
        rules.append("- allow any except label has app -> \(label("web")) on tcp/80, tcp/443")
        rules.append("- allow label app=a\(app) -> label app=a\(app) on icmp/echo, icmpv6/echo")
        rules.append("- allow label app=a\(app) -> any except label has app on udp/123, tcp/443")
    }
    files.append(PolicySource(path: "apps.yaml", text: file("apps", "platform", rules, [])))
    rules = (0..<350).map { index in
        "- allow cidr 172.\(16 + index % 16).\(index / 2).0/24 -> label app=a\(index % appCount) "
            + "and env=prod on tcp/\(2_000 + index), tcp/22"
    }
    files.append(PolicySource(path: "office.yaml", text: file("office", "app", rules, [])))
    rules = (0..<368).map { index in
        let first = index * 5 % 2_000
        return "- allow vm vm\(first) -> vm vm\((first / 50) * 50 + (first + 7) % 50) "
            + "on tcp/\(9_000 + index)-\(9_010 + index)"
    }
    files.append(PolicySource(path: "pairs.yaml", text: file("pairs", "baseline", rules, [])))
    return files
}

func file(_ name: String, _ tier: String, _ rules: [String], _ promises: [String]) -> String {
    let never = promises.map { "- deny \($0)" }
    let lines = ["policy: \(name)", "tier: \(tier)", "for: any", "rules:"] + rules + never
    return (lines + ["default: pass"]).joined(separator: "\n") + "\n"
}

/// Kept promises whose proof needs the whole search, and broken ones (the last four).
let promises = [
    "any -> any on tcp/23", "any -> any on proto/47", "any -> any on tcp/3389, tcp/3306",
    "label tenant=t0 -> label tenant=t1", "label tenant=t1 -> label tenant=t0, label tenant=t2",
    "label tenant=t0 -> any except label tenant=t0, cidr 0.0.0.0/0, cidr ::/0",
    "any except label has app, label app=a3 -> label app=a3 and role=web on tcp/80",
    "any except label role=app, label role=ops, label role=db -> label role=db on tcp/5432",
    "label role=web -> label role=db on udp", "label role=db -> label role=web on tcp/1-1023",
    "any -> label role=cache on tcp/5432", "label env=dev -> label tenant=t2 on sctp",
    "label app=a1 -> label app=a2",
    "label app=a5 -> any except label app=a5, cidr 0.0.0.0/0, "
        + "cidr ::/0",
    "any except label role=ops, cidr 172.16.0.0/12 -> any on tcp/22",
    "cidr 203.0.113.0/24 -> any on tcp/22", "any -> any on udp/1-122",
    "label role=cache -> any except cidr 0.0.0.0/0, cidr ::/0, label app in (a0|a1|a2|a3)",
    "any -> cidr 224.0.0.0/4, cidr ff00::/8 on udp/5353", "any -> any on icmp/timestamp",
    "any -> any on sctp, proto/0, proto/255", "label env=prod -> label role=db on tcp/443",
    "label role=web -> label role=app", "any -> label role=db", "label app=a7 -> any",
    "any except label role=web -> label role=app on tcp/22",
]

/// The router's port needs more than others may: it has every address.
let budget = CompileBudget(
    boundaryCountPerPort: 1 << 20, byteCountPerPort: 64 << 20, byteCountPerHost: 1 << 30)
var files: [PolicyFile] = []
var compiled = CompiledPolicy.empty
do throws(PolicyErrors) {
    for source in sources(promises) { files.append(try PolicyParser.parse(source)) }
    let rules = files[0].rules
    files[0].rules = Array(rules.dropLast(promises.count))
    files[0].invariants = zip(rules.suffix(promises.count), promises).map {
        PolicyInvariant($0, text: $1)
    }
    let universe = universe()
    let start = processorTime()
    let terms = CompileTerms(today: PolicyDay(number: 0), budget: budget)
    compiled = try PolicyCompiler.compileUnproven(files, universe, terms)
    print("compiled in", text(Double(processorTime() - start) / 1e6))
} catch {
    stop("\(error)")
}
let ruleCount = files.reduce(0) { $0 + $1.rules.count }
print("\(ruleCount) rules, \(compiled.universe.endpoints.count) VMs, \(compiled.byteCount) bytes")

var proof = PolicyProof(compiled)
let shared = milliseconds { proof = PolicyProof(compiled) }
print("\(text(shared))  for what all promises share: \(proof.summary)")
var times: [Double] = []
for (index, sentence) in promises.enumerated() {
    var found: Counterexample?
    let time = milliseconds { found = proof.counterexample(to: index) }
    times.append(time)
    let broken = found.map { "broken: \($0.from.address) -> \($0.to.address) \($0.service)" }
    print("\(text(time))  \(sentence): \(broken ?? "kept")")
}
times.sort()
let median = times[times.count / 2]
let worst = times[times.count - 1]
print("\(times.count) promises: median \(text(median)), worst \(text(worst))")
