import Packet

/// The address space cut where a `cidr` term begins or ends.
///
/// - A *prefix class* is the set of `cidr` terms that hold an address; equal sets have one number.
/// - Single addresses (`/32`, `/128`) are kept apart, for the exact-match tables: among the
///   intervals each would cost two.
struct PrefixPartition: Sendable {
    /// An unbroken run of addresses of one class: from `first` to before the next interval.
    struct Interval: Sendable {
        let first: IPAddress
        var prefixClass: Int
    }

    /// An address that a term names alone.
    struct Single: Sendable {
        let address: IPAddress
        var prefixClass: Int
    }

    /// The nodes of each class: those that include it, then those that except it, marked.
    var classes = NumberLists()
    /// The IPv4 addresses, ascending, from 0.0.0.0.
    var ipv4: [Interval] = []
    /// The IPv6 addresses, ascending, from `::`.
    var ipv6: [Interval] = []
    /// The addresses that a term names alone, ascending.
    var singleList: [Single] = []
    /// Whether the terms overlap so much that the classes would outgrow all bounds.
    private(set) var isOverBudget = false

    /// Marks a node in a class as excepting.
    static let exceptingMark: UInt32 = 1 << 31
    /// The most numbers that all classes together may hold.
    private static let itemCountMax = 1 << 24

    init(_ graph: SelectorGraph) {
        let terms = Self.terms(of: graph)
        let isSingle = { (term: Term) in term.prefix.bitCount == 128 }
        let prefixes = terms.filter { !isSingle($0) }
        ipv4 = sweep(prefixes.filter(\.prefix.isIPv4), from: .unspecifiedIPv4)
        ipv6 = sweep(prefixes.filter { !$0.prefix.isIPv4 }, from: .unspecified)
        note(singles: terms.filter(isSingle))
    }

    /// How many intervals and single addresses there are: there are no more classes.
    var pieceCount: Int { ipv4.count + ipv6.count + singleList.count }

    /// The class of an address.
    func prefixClass(of address: IPAddress) -> Int {
        if let single = single(address) { return singleList[single].prefixClass }
        return interval(of: address).prefixClass
    }

    /// The addresses that a term names alone, with their classes; its cost is linear in them.
    var singles: [IPAddress: Int] {
        Dictionary(
            singleList.map { ($0.address, $0.prefixClass) }, uniquingKeysWith: { first, _ in first }
        )
    }

    /// The nodes of a class.
    func bits(of prefixClass: Int) -> PrefixBits {
        let list = classes[prefixClass]
        let middle = list.place(of: Self.exceptingMark)
        return PrefixBits(
            included: Array(list[..<middle]),
            excepted: list[middle...].map { $0 & ~Self.exceptingMark })
    }

    /// Where `address` stands among the singles, if it does.
    private func single(_ address: IPAddress) -> Int? {
        let place = Self.place(of: address, in: singleList.count) { singleList[$0].address }
        return place >= 0 && singleList[place].address == address ? place : nil
    }

    func interval(of address: IPAddress) -> Interval {
        let intervals = address.isIPv4 ? ipv4 : ipv6
        return intervals[Self.place(of: address, in: intervals.count) { intervals[$0].first }]
    }

    /// The last of `count` ascending places that is not after `address`; -1 when all are.
    static func place(
        of address: IPAddress, in count: Int, _ first: (Int) -> IPAddress
    ) -> Int {
        var low = -1
        var high = count
        while high - low > 1 {
            let middle = (low + high) / 2
            if address < first(middle) { high = middle } else { low = middle }
        }
        return low
    }

    /// A `cidr` term, as a number of a class.
    private struct Term {
        let prefix: IPPrefix
        let key: UInt32
    }

    /// The terms, without those that another term of the same list holds: their ends then switch
    /// one number cleanly.
    private static func terms(of graph: SelectorGraph) -> [Term] {
        var terms: [Term] = []
        var rest = graph.prefixTerms[...]
        while let first = rest.first {
            let list = rest.prefix { $0.node == first.node && $0.isExcepted == first.isExcepted }
            rest = rest.dropFirst(list.count)
            let key = first.node | (first.isExcepted ? exceptingMark : 0)
            for prefix in outermost(list.map(\.prefix)) {
                terms.append(Term(prefix: prefix, key: key))
            }
        }
        return terms
    }

    private static func outermost(_ prefixes: [IPPrefix]) -> [IPPrefix] {
        guard prefixes.count > 1 else { return prefixes }
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

    private mutating func note(singles terms: [Term]) {
        let sorted = terms.sorted { $0.prefix.address < $1.prefix.address }
        var index = 0
        while index < sorted.count, !isOverBudget {
            let address = sorted[index].prefix.address
            var list = Array(classes[interval(of: address).prefixClass])
            while index < sorted.count, sorted[index].prefix.address == address {
                list.insertOnce(sorted[index].key)
                index += 1
            }
            singleList.append(Single(address: address, prefixClass: number(of: list)))
        }
    }

    private mutating func number(of list: [UInt32]) -> Int {
        let number = classes.number(of: list[...])
        isOverBudget = classes.itemCount > Self.itemCountMax
        return number
    }

    /// Where a term begins or ends.
    private struct End {
        let address: IPAddress
        let key: UInt32
        let isStart: Bool
    }

    /// Walks the ends of `terms` in ascending order, noting the class after each.
    private mutating func sweep(_ terms: [Term], from first: IPAddress) -> [Interval] {
        var ends: [End] = []
        for term in terms {
            ends.append(End(address: term.prefix.address, key: term.key, isStart: true))
            if let end = term.prefix.end {
                ends.append(End(address: end, key: term.key, isStart: false))
            }
        }
        // An end goes before a start: neighbouring prefixes of one term share the number.
        ends.sort { $0.address == $1.address ? !$0.isStart && $1.isStart : $0.address < $1.address }
        var list: [UInt32] = []
        var intervals = [Interval(first: first, prefixClass: number(of: list))]
        var index = 0
        while index < ends.count, !isOverBudget {
            let address = ends[index].address
            while index < ends.count, ends[index].address == address {
                if ends[index].isStart {
                    list.insertOnce(ends[index].key)
                } else {
                    list.removeOnce(ends[index].key)
                }
                index += 1
            }
            Self.append(Interval(first: address, prefixClass: number(of: list)), to: &intervals)
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
    var end: IPAddress? {
        let last = last
        let isFinal = isIPv4 ? last == .broadcastIPv4 : last.high == .max && last.low == .max
        guard !isFinal else { return nil }
        return IPAddress(high: last.low == .max ? last.high + 1 : last.high, low: last.low &+ 1)
    }
}
