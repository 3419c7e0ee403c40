/// NetworkPolicies as the tests make them up, and what they mean, by the words of the Kubernetes
/// documentation: nothing here is shared with what is tested.
struct ModelCluster {
    var policies: [ModelPolicy] = []
    var ends: [ModelEnd] = []
    /// The label by which VMs say their namespace; nil when all are in one.
    var namespaceLabel: String?

    /// Whether a connection may be made: its sender is not isolated for egress, or some rule lets
    /// it out, and likewise for its receiver.
    func allows(_ sender: ModelEnd, _ receiver: ModelEnd, _ service: ModelService) -> Bool {
        allows(sender, receiver, service, isEgress: true)
            && allows(receiver, sender, service, isEgress: false)
    }

    private func allows(
        _ own: ModelEnd, _ peer: ModelEnd, _ service: ModelService, isEgress: Bool
    ) -> Bool {
        guard isPod(own) else { return true }
        var isIsolated = false
        for policy in policies where policy.has(isEgress: isEgress) {
            guard namespace(of: own) == policy.namespace, policy.selector.matches(own.labels)
            else { continue }
            isIsolated = true
            for rule in isEgress ? policy.egress : policy.ingress {
                let hasPeer =
                    rule.peers.isEmpty || rule.peers.contains { matches($0, peer, policy) }
                let hasPort = rule.ports.isEmpty || rule.ports.contains { $0.matches(service) }
                if hasPeer && hasPort { return true }
            }
        }
        return !isIsolated
    }

    /// Whether an end is a pod: a VM, and where namespaces are told by a label, one that has it.
    func isPod(_ end: ModelEnd) -> Bool { namespace(of: end) != nil }

    private func namespace(of end: ModelEnd) -> String? {
        guard end.vm != nil else { return nil }
        guard let namespaceLabel else { return policies.first?.namespace ?? "default" }
        return end.labels[namespaceLabel]
    }

    private func matches(_ peer: ModelPeer, _ end: ModelEnd, _ policy: ModelPolicy) -> Bool {
        switch peer {
        case .block(let prefix, let holes):
            return prefix.contains(end.address) && !holes.contains { $0.contains(end.address) }
        case .pods(let namespaces, let pods):
            guard let namespace = namespace(of: end) else { return false }
            let isThere =
                namespaces?.matches(["kubernetes.io/metadata.name": namespace])
                ?? (namespace == policy.namespace)
            return isThere && (pods?.matches(end.labels) ?? true)
        }
    }
}

struct ModelEnd {
    var vm: String?
    var labels: [String: String] = [:]
    var address: ModelAddress
}

/// An address as its bits, from the first.
struct ModelAddress: Equatable {
    let text: String
    let bits: [Bool]

    init(_ text: String) {
        self.text = text
        if text.contains(".") {
            bits = text.split(separator: ".").flatMap { Self.bits(Int($0) ?? 0, 8) }
        } else {
            let parts = text.components("::")
            let head = Self.groups(parts[0])
            let tail = parts.count > 1 ? Self.groups(parts[1]) : []
            let middle = [Int](repeating: 0, count: 8 - head.count - tail.count)
            bits = (head + middle + tail).flatMap { Self.bits($0, 16) }
        }
    }

    private static func groups(_ text: String) -> [Int] {
        text.split(separator: ":").map { Int($0, radix: 16) ?? 0 }
    }

    private static func bits(_ number: Int, _ count: Int) -> [Bool] {
        (0..<count).reversed().map { number >> $0 & 1 == 1 }
    }
}

extension String {
    fileprivate func components(_ separator: String) -> [String] {
        guard let range = firstRange(of: separator) else { return [self] }
        return [String(self[..<range.lowerBound]), String(self[range.upperBound...])]
    }
}

struct ModelPrefix {
    let text: String
    private let address: ModelAddress
    private let length: Int

    init(_ text: String) {
        self.text = text
        let parts = text.split(separator: "/").map(String.init)
        address = ModelAddress(parts[0])
        length = Int(parts[1]) ?? 0
    }

    func contains(_ other: ModelAddress) -> Bool {
        other.bits.count == address.bits.count
            && other.bits.prefix(length).elementsEqual(address.bits.prefix(length))
    }
}

struct ModelService: Equatable {
    /// `TCP`, `UDP`, `SCTP`, or another word for what has no ports.
    var name: String
    var port: Int
}

struct ModelPort {
    var name: String?
    var port: Int?
    var end: Int?

    func matches(_ service: ModelService) -> Bool {
        guard service.name == name ?? "TCP" else { return false }
        guard let port else { return true }
        return (port...(end ?? port)).contains(service.port)
    }
}

struct ModelSelector {
    var labels: [(key: String, value: String)] = []
    var expressions: [(key: String, relation: String, values: [String])] = []

    func matches(_ given: [String: String]) -> Bool {
        labels.allSatisfy { given[$0.key] == $0.value }
            && expressions.allSatisfy { key, relation, values in
                switch relation {
                case "In": given[key].map(values.contains) ?? false
                case "NotIn": given[key].map { !values.contains($0) } ?? true
                case "Exists": given[key] != nil
                default: given[key] == nil
                }
            }
    }
}

enum ModelPeer {
    case pods(namespaces: ModelSelector?, pods: ModelSelector?)
    case block(ModelPrefix, except: [ModelPrefix])
}

struct ModelRule {
    var peers: [ModelPeer] = []
    var ports: [ModelPort] = []
}

struct ModelPolicy {
    var name: String
    var namespace: String
    var selector = ModelSelector()
    /// Nil: not said.
    var types: [String]?
    var ingress: [ModelRule] = []
    var egress: [ModelRule] = []

    func has(isEgress: Bool) -> Bool {
        if let types { return types.contains(isEgress ? "Egress" : "Ingress") }
        return isEgress ? !egress.isEmpty : true
    }
}
