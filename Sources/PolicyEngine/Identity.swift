import Packet

/// What each node's `any`, `vm` and `label` terms say of one VM, or of an address without a VM: the
/// nodes that include it and those that except it, ascending.
struct Identity: Hashable, Sendable {
    private(set) var included: [UInt32]
    private(set) var excepted: [UInt32]

    init(_ endpoint: PolicyEndpoint?, _ graph: SelectorGraph) {
        (included, excepted) = graph.identityIndex.find(endpoint, graph)
        for node in graph.identityIndex.nodeCount..<graph.nodeCount {
            add(UInt32(node), endpoint, graph[node])
        }
    }

    /// Takes up a node that is later than all before.
    mutating func add(
        _ number: UInt32, _ endpoint: PolicyEndpoint?, _ node: SelectorGraph.Node
    ) {
        if !node.isUniversal, node.included.matches(endpoint) { included.append(number) }
        if node.excepted.matches(endpoint) { excepted.append(number) }
    }
}

extension SelectorGraph.Node {
    /// Whether a list of the node names the VM by `vm` or `label`.
    func names(_ endpoint: PolicyEndpoint) -> Bool {
        included.matches(endpoint) || excepted.matches(endpoint)
    }
}

extension SelectorGraph.Terms {
    /// Whether the `any`, `vm` and `label` terms name the VM; nil is an address without one.
    func matches(_ endpoint: PolicyEndpoint?) -> Bool {
        if isAny { return true }
        guard let endpoint else { return false }
        if vms.contains(endpoint.vm) { return true }
        return labels.contains { tests in tests.allSatisfy { $0.matches(endpoint.labels) } }
    }
}

/// Finds the nodes whose terms may name a VM by what they look at: its name, or a label.
struct IdentityIndex: Sendable {
    /// One list of a node.
    private struct Side: Hashable, Sendable {
        let node: UInt32
        let isExcepted: Bool
    }

    /// What a term demands of a VM at least.
    private enum Demand: Hashable, Sendable {
        case nothing
        case vm(String)
        case label(String)
        case value(String, String)
    }

    private final class Entries: Sendable {
        let sides: [Demand: [Side]]
        init(_ sides: [Demand: [Side]]) { self.sides = sides }
    }

    private let entries: Entries
    let nodeCount: Int

    init() {
        entries = Entries([:])
        nodeCount = 0
    }

    init(_ graph: SelectorGraph) {
        var sides: [Demand: [Side]] = [:]
        for number in graph.identityNodes {
            let node = graph[Int(number)]
            if !node.isUniversal {
                Self.note(node.included, Side(node: number, isExcepted: false), &sides)
            }
            Self.note(node.excepted, Side(node: number, isExcepted: true), &sides)
        }
        entries = Entries(sides)
        nodeCount = graph.nodeCount
    }

    private static func note(
        _ terms: SelectorGraph.Terms, _ side: Side, _ sides: inout [Demand: [Side]]
    ) {
        if terms.isAny {
            sides[.nothing, default: []].append(side)
            return
        }
        for vm in terms.vms { sides[.vm(vm), default: []].append(side) }
        for tests in terms.labels {
            for demand in demands(tests) { sides[demand, default: []].append(side) }
        }
    }

    /// One of these must hold for the tests to pass.
    private static func demands(_ tests: [LabelTest]) -> [Demand] {
        for test in tests {
            switch test {
            case .equals(let key, let value): return [.value(key, value)]
            case .oneOf(let key, let values): return values.map { .value(key, $0) }
            case .has(let key): return [.label(key)]
            case .differs: continue
            }
        }
        return [.nothing]
    }

    /// The nodes that include the VM and those that except it, ascending.
    func find(
        _ endpoint: PolicyEndpoint?, _ graph: SelectorGraph
    ) -> (included: [UInt32], excepted: [UInt32]) {
        var demands = [Demand.nothing]
        if let endpoint {
            demands.append(.vm(endpoint.vm))
            for (key, value) in endpoint.labels { demands += [.label(key), .value(key, value)] }
        }
        var included: [UInt32] = []
        var excepted: [UInt32] = []
        for side in Set(demands.flatMap { entries.sides[$0] ?? [] }) {
            let node = graph[Int(side.node)]
            let terms = side.isExcepted ? node.excepted : node.included
            guard terms.matches(endpoint) else { continue }
            if side.isExcepted { excepted.append(side.node) } else { included.append(side.node) }
        }
        return (included.sorted(), excepted.sorted())
    }
}
