import Packet

/// The classes of addresses: which nodes name an address, whoever asks.
///
/// The prefix classes are the classes of the addresses that belong to no VM; those of the VMs'
/// addresses follow, numbered in the same ``PrefixPartition/classes``. Equal classes of all
/// networks are one.
struct AddressClasses: Sendable {
    /// Which families of addresses a class may have.
    struct Families: OptionSet, Hashable, Sendable {
        let rawValue: UInt8
        static let ipv4 = Families(rawValue: 1)
        static let ipv6 = Families(rawValue: 2)

        init(rawValue: UInt8) { self.rawValue = rawValue }
        init(_ address: IPAddress) { self = address.isIPv4 ? .ipv4 : .ipv6 }
    }

    /// The nodes of each class, ascending, without the universal ones.
    private(set) var members = NumberTable()
    /// The classes of each node, ascending.
    private(set) var ofNode = NumberTable()
    private(set) var families: [Families] = []

    var count: Int { families.count }

    /// The most numbers that the lists of members may hold.
    private static let itemCountMax = 1 << 25

    /// Whether the selectors overlap so much that the lists would outgrow all bounds.
    var isOverBudget: Bool { members.itemCount > Self.itemCountMax }

    init() {}

    /// The classes of the addresses that belong to no VM.
    init(_ graph: SelectorGraph, _ partition: PrefixPartition) {
        let stranger = Identity(nil, graph)
        for prefixClass in 0..<partition.classes.count {
            members.append(graph.memberList(stranger, partition.bits(of: prefixClass)))
            families.append([])
            if isOverBudget { return }
        }
        for interval in partition.ipv4 { families[interval.prefixClass].insert(.ipv4) }
        for interval in partition.ipv6 { families[interval.prefixClass].insert(.ipv6) }
        for single in partition.singleList {
            families[single.prefixClass].insert(Families(single.address))
        }
    }

    /// Marks the list of a VM's class; no prefix class begins with it.
    private static let vmMark = UInt32.max

    /// The class of an address that a VM has, made where there is none.
    mutating func number(of nodes: [UInt32], in partition: inout PrefixPartition) -> Int {
        let number = partition.classes.number(of: ([Self.vmMark] + nodes)[...])
        if number == count {
            add(nodes)
            // The families of a class never change: parts leave out what no packet can have.
            families[number] = [.ipv4, .ipv6]
        }
        return number
    }

    /// Takes up the prefix classes that the partition has got since.
    mutating func addStrangers(_ graph: SelectorGraph, of partition: PrefixPartition) {
        let stranger = Identity(nil, graph)
        while count < partition.classes.count {
            let bits = partition.bits(of: count)
            add(graph.memberList(stranger, bits))
            families[count - 1] = [.ipv4, .ipv6]
        }
    }

    private mutating func add(_ nodes: [UInt32]) {
        if isIndexed {
            members.set(count, to: nodes)
            for node in nodes { ofNode.set(Int(node), to: ofNode[Int(node)] + [UInt32(count)]) }
        } else {
            members.append(nodes)
        }
        families.append([])
    }

    private var isIndexed = false

    /// Finds the classes of each node, once all have been added.
    mutating func index(_ graph: SelectorGraph) {
        ofNode = members.inverted(below: graph.nodeCount)
        isIndexed = true
    }
}
