import Packet

/// Every distinct set of peers that the files name, as nodes that refer to earlier nodes.
///
/// A node's members depend on who an address belongs to (`any`, `vm`, `label`) and on the prefixes
/// that hold it (`cidr`). Both are kept apart: a port's own side combines its VM's identity with
/// whatever address its frame bears.
///
/// Nodes that name everyone are *universal*: lists of members leave them out.
struct SelectorGraph: Sendable {
    /// One list of a peer set, sorted by kind.
    struct Terms: Hashable, Sendable {
        var isAny = false
        var vms: [String] = []
        var labels: [[LabelTest]] = []
        var prefixes: [IPPrefix] = []
        var nodes: [Int] = []

        /// Whether membership depends on who an address belongs to.
        var hasIdentities: Bool { isAny || !vms.isEmpty || !labels.isEmpty }
    }

    struct Node: Hashable, Sendable {
        var included = Terms()
        var excepted = Terms()

        /// Whether the node names everyone.
        var isUniversal: Bool { included.isAny && excepted == Terms() }
    }

    /// A `cidr` term of a node.
    struct PrefixTerm: Sendable {
        let prefix: IPPrefix
        let node: UInt32
        let isExcepted: Bool
    }

    private var interner = Interner<Node>()
    /// The nodes of a single peer other than a group, found by that peer: most are.
    private var single = Interner<Peer>()
    private var singleNodes: [UInt32] = []
    /// The nodes whose included list refers to a node, ascending.
    private var parents: [UInt32: [UInt32]] = [:]
    /// The nodes that refer to others.
    private(set) var linkedNodes: Set<UInt32> = []
    /// The nodes that name everyone.
    private(set) var universalNodes: Set<UInt32> = []
    /// The nodes with `any`, `vm` or `label` terms, ascending.
    private(set) var identityNodes: [UInt32] = []
    /// Every `cidr` term, by ascending node.
    private(set) var prefixTerms: [PrefixTerm] = []
    /// The identities of the nodes up to the last freezing.
    private(set) var identityIndex = IdentityIndex()

    var nodeCount: Int { interner.count }

    /// How many nodes were added since the graph was frozen.
    var addedCount: Int { interner.addedCount }

    var nodes: [Node] { interner.values }

    subscript(node: Int) -> Node { interner[node] }

    /// Makes room for peers.
    mutating func reserve(_ peerCount: Int) { single.reserve(peerCount) }

    /// The node of `peers`; `groups` maps the names of its file.
    mutating func node(of peers: PeerSet, groups: [String: Int]) -> Int {
        if peers.included.count == 1, peers.excepted.isEmpty {
            if case .group(let name) = peers.included[0].value {
                if let node = groups[name] { return node }
            } else {
                return node(of: peers.included[0], groups)
            }
        }
        let node = Node(
            included: terms(peers.included, groups), excepted: terms(peers.excepted, groups))
        let count = nodeCount
        let number = interner.number(of: node)
        if number == count { note(node, UInt32(number)) }
        return number
    }

    private mutating func node(of peer: Located<Peer>, _ groups: [String: Int]) -> Int {
        let number = single.number(of: peer.value)
        if number == singleNodes.count {
            let node = Node(included: terms([peer], groups))
            singleNodes.append(UInt32(interner.append(node)))
            note(node, singleNodes[number])
        }
        return Int(singleNodes[number])
    }

    private mutating func note(_ node: Node, _ number: UInt32) {
        if node.included.hasIdentities || node.excepted.hasIdentities {
            identityNodes.append(number)
        }
        if node.isUniversal { universalNodes.insert(number) }
        if !node.included.nodes.isEmpty || !node.excepted.nodes.isEmpty {
            linkedNodes.insert(number)
        }
        for child in Set(node.included.nodes) { parents[UInt32(child), default: []].append(number) }
        for prefix in node.included.prefixes where !node.isUniversal {
            prefixTerms.append(PrefixTerm(prefix: prefix, node: number, isExcepted: false))
        }
        for prefix in node.excepted.prefixes {
            prefixTerms.append(PrefixTerm(prefix: prefix, node: number, isExcepted: true))
        }
    }

    private func terms(_ peers: [Located<Peer>], _ groups: [String: Int]) -> Terms {
        var terms = Terms()
        for peer in peers {
            switch peer.value {
            case .any: terms.isAny = true
            case .vm(let name): terms.vms.append(name)
            case .label(let tests): terms.labels.append(tests)
            case .cidr(let prefix): terms.prefixes.append(prefix)
            case .group(let name):
                guard let node = groups[name] else { continue }
                // Everyone is everyone: no member list names a universal node.
                if universalNodes.contains(UInt32(node)) { terms.isAny = true }
                terms.nodes.append(node)
            }
        }
        return terms
    }

    /// Makes copies of the graph cheap, and identities quick to find.
    mutating func freeze() {
        interner.freeze()
        single.freeze()
        identityIndex = IdentityIndex(self)
    }
}

extension SelectorGraph {
    /// The nodes that someone of this identity, at an address with these prefix bits, belongs to,
    /// ascending, without the universal ones.
    func memberList(_ identity: Identity, _ prefixes: PrefixBits) -> [UInt32] {
        var queue = identity.included.union(prefixes.included)
        let excepted = identity.excepted.union(prefixes.excepted)
        if linkedNodes.isEmpty {
            return excepted.isEmpty ? queue : queue.filter { !excepted.holds($0) }
        }
        var members: [UInt32] = []
        var index = 0
        while index < queue.count {
            let number = queue[index]
            index += 1
            let isExcepted =
                excepted.holds(number)
                || (linkedNodes.contains(number)
                    && self[Int(number)].excepted.nodes.contains { members.holds(UInt32($0)) })
            guard !isExcepted else { continue }
            members.append(number)
            // A node is later than those it refers to: the queue grows behind the index alone.
            for parent in parents[number] ?? [] where !universalNodes.contains(parent) {
                queue.insertOnce(parent)
            }
        }
        return members
    }

    /// The nodes that someone of this identity, at an address with these prefix bits, belongs to.
    func members(_ identity: Identity, _ prefixes: PrefixBits) -> BitSet {
        var members = BitSet(below: nodeCount, memberList(identity, prefixes))
        for node in universalNodes { members[Int(node)] = true }
        return members
    }

    /// Whether a node names someone of these members.
    func names(_ node: Int, _ members: [UInt32]) -> Bool {
        universalNodes.contains(UInt32(node)) || members.holds(UInt32(node))
    }
}

/// The nodes whose `cidr` terms hold one address, ascending.
struct PrefixBits: Hashable, Sendable {
    var included: [UInt32] = []
    var excepted: [UInt32] = []

    mutating func formUnion(_ other: PrefixBits) {
        included = included.union(other.included)
        excepted = excepted.union(other.excepted)
    }
}
