import Packet

/// To which sides of promises, or to which groups, the ends of packets belong.
///
/// It has a selector graph and prefixes of its own: what is asked about a policy never changes the
/// tables that decide frames.
struct Membership {
    let graph: SelectorGraph
    let partition: PrefixPartition
    private let stranger: Int
    private let subjects: [PortCompiler.Subject]
    /// The identity of each subject, once it was asked for.
    private var identityOf: [Int?]
    private var identityOfVM: [Who: Int] = [:]
    private var identities = Interner<Identity>()
    private var sets = Interner<BitSet>()
    private var known: [Key: Int] = [:]

    private struct Key: Hashable {
        let subject: Int
        let owner: Int
        let prefixClass: Int
    }

    init(_ graph: SelectorGraph, _ subjects: [PortCompiler.Subject]) {
        self.graph = graph
        partition = PrefixPartition(graph)
        stranger = identities.number(of: Identity(nil, graph))
        self.subjects = subjects
        identityOf = [Int?](repeating: nil, count: subjects.count)
    }

    private struct Who: Hashable {
        let vm: String
        let labels: [String: String]
    }

    /// The number of the set of nodes that an end belongs to: as the VM that it is, or as the one
    /// that its address belongs to. Nil is nobody known; `prefixClass` is the address's.
    mutating func number(_ subject: Int?, owner: Int?, prefixClass: Int) -> Int {
        let key = Key(
            subject: subject.map { identity(of: $0) } ?? stranger,
            owner: owner.map { identity(of: $0) } ?? stranger, prefixClass: prefixClass)
        if let number = known[key] { return number }
        let bits = partition.bits(of: prefixClass)
        var members = graph.members(identities[key.subject], bits)
        if key.owner != key.subject {
            members = members.union(graph.members(identities[key.owner], bits))
        }
        let number = sets.number(of: members)
        known[key] = number
        return number
    }

    private mutating func identity(of subject: Int) -> Int {
        if let number = identityOf[subject] { return number }
        let endpoint = subjects[subject].endpoint
        let who = Who(vm: endpoint.vm, labels: endpoint.labels)
        let number = identityOfVM[who] ?? identities.number(of: Identity(endpoint, graph))
        identityOfVM[who] = number
        identityOf[subject] = number
        return number
    }

    /// Whether no node is in the set with this number.
    func isEmpty(_ number: Int) -> Bool { sets[number].isEmpty }

    /// Whether the set with this number has one of `nodes`.
    func holdsAny(of nodes: [Int], _ number: Int) -> Bool {
        let set = sets[number]
        return nodes.contains { set[$0] }
    }

    /// Which of the numbered sets hold `node`.
    func holding(_ node: Int) -> [Bool] { sets.values.map { $0[node] } }
}
