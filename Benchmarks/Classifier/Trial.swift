import Glibc
import Packet
import PolicyEngine

/// Ends the program with `sentence`.
func stop(_ sentence: String) -> Never {
    fatalError("Classifier: \(sentence)")
}

func monotonic() -> UInt64 {
    var time = timespec()
    unsafe clock_gettime(CLOCK_MONOTONIC, &time)
    return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
}

/// The processor time of `body` on this thread: what others do on a shared machine does not count.
func milliseconds(_ body: () -> Void) -> Double {
    let start = threadTime()
    body()
    return Double(threadTime() - start) / 1e6
}

private func threadTime() -> UInt64 {
    var time = timespec()
    unsafe clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
    return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
}

/// A rule set, the VMs it is compiled for, and random packets at their ports.
struct Trial {
    let sentences: [Sentence]
    let file: PolicyFile
    let universe: PolicyUniverse

    struct Lookup {
        let port: PortNumber
        let direction: TrafficDirection
        let question: PolicyQuestion
    }

    /// - Parameters:
    ///   - vmCount: 1: all rules are about one VM, its peers are the sources. More: the VMs have
    ///     addresses that rules name, and the rules are as drawn.
    ///   - promiseCount: how many `never` are proven, each kept by a rule before all others.
    init(_ shape: Shape, _ count: Int, vmCount: Int, promiseCount: Int) {
        var rules = RuleSet(seed: 7)
        // One rule more is for the groups of the edits.
        sentences = Array(rules.draw(shape, count).dropLast())
        let receiver = vmCount == 1 ? "vm vm0" : nil
        file = Self.file(
            sentences.map { $0.text(to: receiver) }, promises: (0..<promiseCount).map(Self.promise))
        var random = SeededRandom(seed: 11)
        var taken: Set<UInt32> = []
        var endpoints: [PolicyEndpoint] = []
        while endpoints.count < vmCount {
            let sentence = sentences[random.below(sentences.count)]
            let address = sentence.destination.draw(&random)
            guard taken.insert(address).inserted else { continue }
            endpoints.append(Self.endpoint(endpoints.count, address))
        }
        universe = PolicyUniverse(endpoints: endpoints)
    }

    static func endpoint(_ number: Int, _ address: UInt32) -> PolicyEndpoint {
        guard let network = VNI(rawValue: 1) else { stop("no network") }
        var endpoint = PolicyEndpoint(
            vm: "vm\(number)", labels: ["role": "r\(number % 50)"], network: network,
            mac: MACAddress(rawValue: 0x5254_0000_0000 | UInt64(number)))
        endpoint.addresses = [IPAddress(IPv4Address(rawValue: address))]
        endpoint.port = PortNumber(rawValue: UInt16(number))
        return endpoint
    }

    /// A `never` about everyone, two groups, or a prefix and a group.
    private static func promise(_ number: Int) -> String {
        let receiver = "label role=r\(number % 50)"
        return switch number % 3 {
        case 0: "any -> any on udp/\(7 + number)"
        case 1: "label role=r\((number + 1) % 50) -> \(receiver)"
        default: "cidr 198.18.\(number % 256).0/24 -> \(receiver)"
        }
    }

    /// Senders of a prefix that no drawn rule names.
    static func newPrefix(_ number: Int) -> PeerSet {
        let prefix = "cidr 203.0.113.\(number * 16)/28"
        return file(["allow \(prefix) -> any"]).rules[1].senders
    }

    /// One file of all sentences; read in pieces, as a text over 1 MiB is refused.
    static func file(_ sentences: [String], promises: [String]) -> PolicyFile {
        var file = file(promises.map { "deny \($0)" } + sentences)
        file.invariants = zip(file.rules.dropFirst(), promises).map {
            PolicyInvariant($0, text: $1)
        }
        return file
    }

    private static func file(_ sentences: [String]) -> PolicyFile {
        var whole: PolicyFile?
        for start in stride(from: 0, to: sentences.count, by: 10_000) {
            let piece = sentences[start..<min(start + 10_000, sentences.count)]
            let text =
                "policy: bench\nfor: any\nrules:\n- allow label role=r1 -> label role=r2 on "
                + "tcp/9\n" + piece.map { "- \($0)\n" }.joined() + "default: deny\n"
            do throws(PolicyErrors) {
                let read = try PolicyParser.parse(PolicySource(path: "bench.yaml", text: text))
                if whole == nil {
                    whole = read
                } else {
                    whole?.rules.append(contentsOf: read.rules.dropFirst())
                }
            } catch {
                stop("\(error)")
            }
        }
        guard let whole else { stop("no rules") }
        return whole
    }

    /// Packets in random order: four in five meet a rule's addresses and service.
    func trace(_ count: Int) -> [Lookup] {
        var random = SeededRandom(seed: 13)
        let byVM = universe.endpoints.map { endpoint -> [Sentence] in
            let own = UInt32(truncatingIfNeeded: endpoint.addresses[0].low)
            return universe.endpoints.count == 1
                ? sentences : sentences.filter { $0.destination.holds(own) }
        }
        return (0..<count).map { _ in
            let index = random.below(universe.endpoints.count)
            let endpoint = universe.endpoints[index]
            var peer = UInt32(truncatingIfNeeded: random.next())
            var service = ServiceKey(.tcp, UInt16(truncatingIfNeeded: random.next()))
            if !byVM[index].isEmpty, random.below(5) > 0 {
                let rule = byVM[index][random.below(byVM[index].count)]
                peer = rule.source.draw(&random)
                let port = rule.ports.lowerBound + UInt16(random.below(rule.ports.count))
                service = ServiceKey(rule.isUDP ? .udp : .tcp, port)
            }
            return Lookup(
                port: PortNumber(rawValue: UInt16(index)), direction: .ingress,
                question: PolicyQuestion(
                    own: endpoint.addresses[0], peer: IPAddress(IPv4Address(rawValue: peer)),
                    service: service))
        }
    }
}

/// Nanoseconds of one `classify`.
struct Cost {
    let median: Double
    let worst: Double
    let sum: UInt64

    /// - Median: of runs of 32 lookups, each divided by 32.
    /// - Worst: the 99.99th percentile of single lookups, each the least of five passes: what the
    ///   look-up itself costs, without the interruptions of a shared machine.
    init(_ table: PolicyTable, _ trace: [Trial.Lookup]) {
        var sum: UInt64 = 0
        var runs: [Double] = []
        for start in stride(from: 0, to: trace.count - 32, by: 32) {
            let began = monotonic()
            for index in start..<start + 32 {
                let lookup = trace[index]
                sum &+= UInt64(
                    table.classify(port: lookup.port, lookup.direction, lookup.question).rawValue)
            }
            runs.append(Double(monotonic() - began) / 32)
        }
        let empty = Self.clockCost()
        var least = [UInt64](repeating: .max, count: trace.count)
        for _ in 0..<5 {
            for (index, lookup) in trace.enumerated() {
                let began = monotonic()
                sum &+= UInt64(
                    table.classify(port: lookup.port, lookup.direction, lookup.question).rawValue)
                least[index] = min(least[index], monotonic() - began)
            }
        }
        runs.sort()
        least.sort()
        median = runs[runs.count / 2] - Double(empty) / 32
        worst = Double(least[least.count * 9_999 / 10_000]) - Double(empty)
        self.sum = sum
    }

    private static func clockCost() -> UInt64 {
        (0..<1_000).map { _ in
            let began = monotonic()
            return monotonic() - began
        }.sorted()[500]
    }
}
