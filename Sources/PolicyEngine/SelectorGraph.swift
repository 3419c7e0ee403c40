import Packet

/// Every distinct set of peers that the files name, as nodes that refer to earlier nodes.
///
/// A node's members depend on who an address belongs to (`any`, `vm`, `label`) and on the prefixes
/// that hold it (`cidr`). Both are kept apart: a port's own side combines its VM's identity with
/// whatever address its frame bears.
struct SelectorGraph: Sendable {
    /// One list of a peer set, sorted by kind.
    struct Terms: Hashable, Sendable {
        var isAny = false
        var vms: [String] = []
        var labels: [[LabelTest]] = []
        var prefixes: [IPPrefix] = []
        var nodes: [Int] = []
    }

    struct Node: Hashable, Sendable {
        var included = Terms()
        var excepted = Terms()
    }

    private var interner = Interner<Node>()
    /// The nodes that refer to others, ascending: after those that they refer to.
    private var linkedNodes: [Int] = []

    var nodes: [Node] { interner.values }

    /// The node of `peers`; `groups` maps the names of its file.
    mutating func node(of peers: PeerSet, groups: [String: Int]) -> Int {
        let node = Node(
            included: terms(peers.included, groups), excepted: terms(peers.excepted, groups))
        let isLinked = !node.included.nodes.isEmpty || !node.excepted.nodes.isEmpty
        let number = interner.number(of: node)
        if isLinked, linkedNodes.last.map({ $0 < number }) ?? true { linkedNodes.append(number) }
        return number
    }

    private func terms(_ peers: [Located<Peer>], _ groups: [String: Int]) -> Terms {
        var terms = Terms()
        for peer in peers {
            switch peer.value {
            case .any: terms.isAny = true
            case .vm(let name): terms.vms.append(name)
            case .label(let tests): terms.labels.append(tests)
            case .cidr(let prefix): terms.prefixes.append(prefix)
            case .group(let name): if let node = groups[name] { terms.nodes.append(node) }
            }
        }
        return terms
    }
}

/// What each node's `any`, `vm` and `label` terms say of one VM, or of an address without a VM.
struct Identity: Hashable, Sendable {
    let included: BitSet
    let excepted: BitSet

    init(_ endpoint: PolicyEndpoint?, _ graph: SelectorGraph) {
        var included = BitSet(below: graph.nodes.count)
        var excepted = BitSet(below: graph.nodes.count)
        for (index, node) in graph.nodes.enumerated() {
            included[index] = Self.matches(node.included, endpoint)
            excepted[index] = Self.matches(node.excepted, endpoint)
        }
        self.included = included
        self.excepted = excepted
    }

    private static func matches(
        _ terms: SelectorGraph.Terms, _ endpoint: PolicyEndpoint?
    ) -> Bool {
        if terms.isAny { return true }
        guard let endpoint else { return false }
        if terms.vms.contains(endpoint.vm) { return true }
        return terms.labels.contains { tests in
            tests.allSatisfy { $0.matches(endpoint.labels) }
        }
    }
}

extension SelectorGraph {
    /// The nodes that someone of this identity, at an address with these prefix bits, belongs to.
    func members(_ identity: Identity, _ prefixes: PrefixBits) -> BitSet {
        let included = identity.included.union(prefixes.included)
        let excepted = identity.excepted.union(prefixes.excepted)
        var members = included.subtracting(excepted)
        for index in linkedNodes {
            let node = nodes[index]
            let isIncluded = included[index] || node.included.nodes.contains { members[$0] }
            let isExcepted = excepted[index] || node.excepted.nodes.contains { members[$0] }
            members[index] = isIncluded && !isExcepted
        }
        return members
    }
}

/// The nodes whose `cidr` terms hold one address.
struct PrefixBits: Hashable, Sendable {
    var included: BitSet
    var excepted: BitSet

    init(nodeCount: Int) {
        included = BitSet(below: nodeCount)
        excepted = BitSet(below: nodeCount)
    }

    mutating func formUnion(_ other: PrefixBits) {
        included = included.union(other.included)
        excepted = excepted.union(other.excepted)
    }
}
