import Packet

extension PrefixPartition {
    /// Takes up the terms of a node that is later than all before.
    ///
    /// - Returns: false when too much of the address space changes its class; the partition is then
    ///   of no use any more.
    mutating func insert(_ terms: [SelectorGraph.PrefixTerm]) -> Bool {
        guard terms.count <= 64 else { return false }
        for term in terms {
            let key = term.node | (term.isExcepted ? Self.exceptingMark : 0)
            if term.prefix.bitCount == 128 {
                insert(single: term.prefix.address, key)
            } else if !insert(term.prefix, key) {
                return false
            }
        }
        return !isOverBudget
    }

    /// The most intervals and single addresses that one term may move to other classes.
    private static let movedCountMax = 2_048

    private mutating func insert(single address: IPAddress, _ key: UInt32) {
        let place = Self.place(of: address, in: singleList.count) { singleList[$0].address }
        if place >= 0, singleList[place].address == address {
            singleList[place].prefixClass = number(singleList[place].prefixClass, with: key)
        } else {
            let number = number(interval(of: address).prefixClass, with: key)
            singleList.insert(Single(address: address, prefixClass: number), at: place + 1)
        }
    }

    private mutating func insert(_ prefix: IPPrefix, _ key: UInt32) -> Bool {
        let isIPv4 = prefix.isIPv4
        var intervals = isIPv4 ? ipv4 : ipv6
        if isIPv4 { ipv4 = [] } else { ipv6 = [] }
        defer { if isIPv4 { ipv4 = intervals } else { ipv6 = intervals } }
        let end = prefix.end
        Self.cut(&intervals, at: prefix.address)
        if let end { Self.cut(&intervals, at: end) }
        var index = Self.place(of: prefix.address, in: intervals.count) { intervals[$0].first }
        var count = 0
        while index < intervals.count, end.map({ intervals[index].first < $0 }) ?? true {
            intervals[index].prefixClass = number(intervals[index].prefixClass, with: key)
            index += 1
            count += 1
            guard count <= Self.movedCountMax else { return false }
        }
        var single = Self.place(of: prefix.address, in: singleList.count) { singleList[$0].address }
        if single < 0 || singleList[single].address < prefix.address { single += 1 }
        while single < singleList.count, end.map({ singleList[single].address < $0 }) ?? true {
            defer { single += 1 }
            // IPv4 lies in the middle of IPv6, and belongs to none of its prefixes.
            guard prefix.covers(singleList[single].address) else { continue }
            singleList[single].prefixClass = number(singleList[single].prefixClass, with: key)
            count += 1
            guard count <= Self.movedCountMax else { return false }
        }
        return true
    }

    /// Makes an interval begin at `address`.
    private static func cut(_ intervals: inout [Interval], at address: IPAddress) {
        let index = place(of: address, in: intervals.count) { intervals[$0].first }
        guard index >= 0, intervals[index].first != address else { return }
        intervals.insert(
            Interval(first: address, prefixClass: intervals[index].prefixClass), at: index + 1)
    }

    /// The class of the addresses of another when a node's term holds them too.
    private mutating func number(_ former: Int, with key: UInt32) -> Int {
        var list = Array(classes[former])
        list.insertOnce(key)
        return classes.number(of: list[...])
    }
}
