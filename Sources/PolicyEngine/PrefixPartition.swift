import Packet

/// The address space cut where a `cidr` term begins or ends.
///
/// - A *prefix class* is the set of `cidr` terms that hold an address; equal sets have one number.
/// - Single addresses (`/32`, `/128`) are kept apart, for the exact-match table: in the tries each
///   would cost two blocks.
struct PrefixPartition: Sendable {
    /// An unbroken run of addresses of one class: from `first` to before the next interval.
    struct Interval: Sendable {
        let first: IPAddress
        let prefixClass: Int
    }

    private(set) var classes = Interner<PrefixBits>()
    /// The IPv4 addresses, ascending, from 0.0.0.0.
    private(set) var ipv4: [Interval] = []
    /// The IPv6 addresses, ascending, from `::`.
    private(set) var ipv6: [Interval] = []
    /// The addresses that a term names alone.
    private(set) var singles: [IPAddress: Int] = [:]

    private let nodeCount: Int

    init(_ graph: SelectorGraph) {
        nodeCount = graph.nodes.count
        let terms = Self.terms(of: graph)
        let isSingle = { (term: Term) in term.prefix.bitCount == 128 }
        let prefixes = terms.filter { !isSingle($0) }
        ipv4 = sweep(prefixes.filter(\.prefix.isIPv4), from: .unspecifiedIPv4)
        ipv6 = sweep(prefixes.filter { !$0.prefix.isIPv4 }, from: .unspecified)
        let named = Dictionary(grouping: terms.filter(isSingle), by: \.prefix.address)
        for (address, terms) in named { singles[address] = single(address, terms) }
    }

    /// The class of an address.
    func prefixClass(of address: IPAddress) -> Int {
        singles[address] ?? interval(of: address).prefixClass
    }

    private func interval(of address: IPAddress) -> Interval {
        let intervals = address.isIPv4 ? ipv4 : ipv6
        var low = 0
        var high = intervals.count
        while high - low > 1 {
            let middle = (low + high) / 2
            if intervals[middle].first <= address { low = middle } else { high = middle }
        }
        return intervals[low]
    }

    private mutating func single(_ address: IPAddress, _ terms: [Term]) -> Int {
        var bits = classes.values[interval(of: address).prefixClass]
        for term in terms { term.set(in: &bits, to: true) }
        return classes.number(of: bits)
    }

    /// A `cidr` term of a node.
    private struct Term {
        let node: Int
        let isExcepted: Bool
        let prefix: IPPrefix

        func set(in bits: inout PrefixBits, to isSet: Bool) {
            if isExcepted { bits.excepted[node] = isSet } else { bits.included[node] = isSet }
        }
    }

    private static func terms(of graph: SelectorGraph) -> [Term] {
        graph.nodes.enumerated().flatMap { index, node in
            outermost(node.included.prefixes)
                .map { Term(node: index, isExcepted: false, prefix: $0) }
                + outermost(node.excepted.prefixes)
                .map { Term(node: index, isExcepted: true, prefix: $0) }
        }
    }

    /// The prefixes that no other of the list holds: their ends then switch one bit cleanly.
    private static func outermost(_ prefixes: [IPPrefix]) -> [IPPrefix] {
        let sorted = prefixes.sorted { ($0.address, $0.bitCount) < ($1.address, $1.bitCount) }
        var kept: [IPPrefix] = []
        var lastByFamily: [Bool: IPPrefix] = [:]
        for prefix in sorted {
            if let last = lastByFamily[prefix.isIPv4], last.covers(prefix.address) { continue }
            lastByFamily[prefix.isIPv4] = prefix
            kept.append(prefix)
        }
        return kept
    }

    /// Walks the ends of `terms` in ascending order, noting the class after each.
    private mutating func sweep(_ terms: [Term], from first: IPAddress) -> [Interval] {
        var ends: [(address: IPAddress, term: Int, isStart: Bool)] = []
        for (index, term) in terms.enumerated() {
            ends.append((term.prefix.address, index, true))
            if let end = term.prefix.end { ends.append((end, index, false)) }
        }
        // An end goes before a start: neighbouring prefixes of one term share the bit.
        ends.sort { $0.address == $1.address ? !$0.isStart && $1.isStart : $0.address < $1.address }
        var bits = PrefixBits(nodeCount: nodeCount)
        var intervals = [Interval(first: first, prefixClass: classes.number(of: bits))]
        var index = 0
        while index < ends.count {
            let address = ends[index].address
            while index < ends.count, ends[index].address == address {
                terms[ends[index].term].set(in: &bits, to: ends[index].isStart)
                index += 1
            }
            let number = classes.number(of: bits)
            Self.append(Interval(first: address, prefixClass: number), to: &intervals)
        }
        return intervals
    }

    private static func append(_ interval: Interval, to intervals: inout [Interval]) {
        if intervals.last?.first == interval.first { intervals.removeLast() }
        if intervals.last?.prefixClass != interval.prefixClass { intervals.append(interval) }
    }
}

extension IPPrefix {
    /// The address after the last one; nil when the prefix reaches to the end of its family.
    fileprivate var end: IPAddress? {
        let last = last
        let isFinal = isIPv4 ? last == .broadcastIPv4 : last.high == .max && last.low == .max
        guard !isFinal else { return nil }
        return IPAddress(high: last.low == .max ? last.high + 1 : last.high, low: last.low &+ 1)
    }
}
