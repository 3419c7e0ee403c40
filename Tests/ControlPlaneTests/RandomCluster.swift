/// Makes up small clusters in which policies meet often.
struct RandomCluster {
    private var random: SeededRandom

    init(seed: UInt64) { random = SeededRandom(seed: seed) }

    private mutating func chance(_ percent: Int) -> Bool {
        Int.random(in: 0..<100, using: &random) < percent
    }

    private mutating func pick<Element>(_ list: [Element]) -> Element {
        list[Int.random(in: 0..<list.count, using: &random)]
    }

    private mutating func several<Element>(
        _ range: ClosedRange<Int>, _ make: (inout RandomCluster) -> Element
    ) -> [Element] {
        (0..<Int.random(in: range, using: &random)).map { _ in make(&self) }
    }

    /// A cluster with its ends: VMs, and some addresses that belong to none.
    mutating func next() -> ModelCluster {
        var cluster = ModelCluster()
        cluster.namespaceLabel = chance(50) ? "ns" : nil
        let namespaces = cluster.namespaceLabel == nil ? ["one"] : ["one", "two"]
        for number in 1...Int.random(in: 3...5, using: &random) {
            let labels = labels(namespaces, cluster.namespaceLabel)
            for address in ["10.0.0.\(number)", "fd00::\(number)"] {
                cluster.ends.append(
                    ModelEnd(vm: "vm\(number)", labels: labels, address: ModelAddress(address)))
            }
        }
        for address in ["10.0.0.200", "192.0.2.1", "2001:db8::1"] {
            cluster.ends.append(ModelEnd(address: ModelAddress(address)))
        }
        for number in 1...Int.random(in: 1...5, using: &random) {
            cluster.policies.append(
                policy("p\(number)", pick(namespaces), hasNamespaces: namespaces.count > 1))
        }
        return cluster
    }

    private mutating func labels(_ namespaces: [String], _ key: String?) -> [String: String] {
        var labels: [String: String] = [:]
        for name in ["a", "b", "c"] where chance(60) { labels[name] = pick(["x", "y", "z"]) }
        if let key, chance(85) { labels[key] = pick(namespaces) }
        return labels
    }

    private mutating func policy(
        _ name: String, _ namespace: String, hasNamespaces: Bool
    ) -> ModelPolicy {
        var policy = ModelPolicy(name: name, namespace: namespace)
        policy.selector = selector(["a", "b", "c"], ["x", "y", "z"])
        policy.types = pick([nil, ["Ingress"], ["Egress"], ["Ingress", "Egress"]])
        policy.ingress = several(0...3) { $0.rule(hasNamespaces) }
        policy.egress = several(0...3) { $0.rule(hasNamespaces) }
        return policy
    }

    private mutating func rule(_ hasNamespaces: Bool) -> ModelRule {
        ModelRule(
            peers: several(0...2) { $0.peer(hasNamespaces) }, ports: several(0...2) { $0.port() })
    }

    private mutating func port() -> ModelPort {
        let name = pick([nil, "TCP", "UDP", "SCTP"])
        if chance(20) { return ModelPort(name: name) }
        let first = pick([1, 80, 81, 443])
        return ModelPort(
            name: name, port: first, end: chance(40) ? first + pick([0, 1, 10]) : nil)
    }

    private static let blocks: [(String, [String])] = [
        ("10.0.0.0/24", ["10.0.0.2/32", "10.0.0.4/30"]), ("0.0.0.0/0", ["10.0.0.0/29"]),
        ("192.0.2.0/24", ["192.0.2.1/32"]), ("::/0", ["fd00::/64", "2001:db8::/32"]),
        ("10.0.0.3/31", []), ("10.0.0.1/32", []), ("fd00::/126", ["fd00::1/128"]),
    ]

    private mutating func peer(_ hasNamespaces: Bool) -> ModelPeer {
        if chance(30) {
            let (prefix, holes) = pick(Self.blocks)
            let some = holes.filter { _ in chance(50) }
            return .block(ModelPrefix(prefix), except: some.map(ModelPrefix.init))
        }
        let pods = selector(["a", "b", "c"], ["x", "y", "z"])
        guard hasNamespaces, chance(50) else { return .pods(namespaces: nil, pods: pods) }
        let namespaces = namespaceSelector()
        return .pods(namespaces: namespaces, pods: chance(60) ? pods : nil)
    }

    private mutating func namespaceSelector() -> ModelSelector {
        let key = "kubernetes.io/metadata.name"
        switch Int.random(in: 0..<5, using: &random) {
        case 0: return ModelSelector()
        case 1: return ModelSelector(labels: [(key, pick(["one", "two"]))])
        case 2: return ModelSelector(expressions: [(key, "Exists", [])])
        case 3: return ModelSelector(expressions: [(key, "NotIn", [pick(["one", "two", "x"])])])
        default: return ModelSelector(expressions: [(key, "In", ["one", "two", "three"])])
        }
    }

    private mutating func selector(_ keys: [String], _ values: [String]) -> ModelSelector {
        var selector = ModelSelector()
        for key in keys {
            switch Int.random(in: 0..<10, using: &random) {
            case 0, 1: selector.labels.append((key, pick(values)))
            case 2: selector.expressions.append((key, "In", [pick(values), pick(values)].unique))
            case 3:
                selector.expressions.append((key, "NotIn", [pick(values), pick(values)].unique))
            case 4:
                selector.expressions.append((key, pick(["Exists", "DoesNotExist"]), []))
            default: break
            }
        }
        return selector
    }

    /// Services at and beside every boundary that a policy can have.
    static let services: [ModelService] =
        ["TCP", "UDP", "SCTP"].flatMap { name in
            [1, 2, 79, 80, 81, 82, 90, 91, 92, 443, 453, 454, 65_535]
                .map { ModelService(name: name, port: $0) }
        } + [ModelService(name: "ICMP", port: 0), ModelService(name: "GRE", port: 0)]
}

extension Array where Element: Hashable {
    fileprivate var unique: [Element] { Set(self).sorted { "\($0)" < "\($1)" } }
}
