package import Packet

/// A set of services, as ranges that neither touch nor overlap, ascending: equal sets are equal.
package struct ServiceSet: Hashable, Sendable {
    /// The ranges.
    package let ranges: [ServiceRange]

    static let none = ServiceSet(ascending: [])
    static let all = ServiceSet(ascending: [.all])

    /// The services of `ranges`.
    ///
    /// - Parameter ranges: ascending by their first service; they may touch, but not overlap.
    package init(ascending ranges: [ServiceRange]) {
        var merged: [ServiceRange] = []
        for range in ranges {
            if let last = merged.last, last.last.rawValue + 1 == range.first.rawValue {
                merged[merged.count - 1] = ServiceRange(last.first, range.last)
            } else {
                merged.append(range)
            }
        }
        self.ranges = merged
    }

    /// The services of one protocol.
    init(_ ipProtocol: IPProtocol) { ranges = [ServiceRange(ipProtocol)] }

    /// Whether there is none.
    package var isEmpty: Bool { ranges.isEmpty }

    /// Whether `service` is one of them.
    package func contains(_ service: ServiceKey) -> Bool {
        ranges.contains { $0.contains(service) }
    }

    /// The services of both sets.
    package func intersection(_ other: ServiceSet) -> ServiceSet {
        var common: [ServiceRange] = []
        forEachOverlap(other) { overlap in
            common.append(overlap)
            return true
        }
        return ServiceSet(ascending: common)
    }

    /// Whether the sets have a service in common.
    package func meets(_ other: ServiceSet) -> Bool {
        var isFound = false
        forEachOverlap(other) { _ in
            isFound = true
            return false
        }
        return isFound
    }

    /// Gives the overlaps in ascending order, as long as `body` wants more.
    private func forEachOverlap(_ other: ServiceSet, _ body: (ServiceRange) -> Bool) {
        var left = 0
        var right = 0
        while left < ranges.count, right < other.ranges.count {
            let (one, two) = (ranges[left], other.ranges[right])
            let first = max(one.first, two.first)
            let last = min(one.last, two.last)
            if first <= last, !body(ServiceRange(first, last)) { return }
            if one.last < two.last { left += 1 } else { right += 1 }
        }
    }

    /// The services that are not in the set.
    package var complement: ServiceSet {
        var rest: [ServiceRange] = []
        var next = 0 as UInt32
        for range in ranges {
            if range.first.rawValue > next {
                rest.append(
                    ServiceRange(
                        ServiceKey(rawValue: next), ServiceKey(rawValue: range.first.rawValue - 1)))
            }
            next = range.last.rawValue + 1
        }
        if next <= ServiceRange.all.last.rawValue {
            rest.append(ServiceRange(ServiceKey(rawValue: next), ServiceRange.all.last))
        }
        return ServiceSet(ascending: rest)
    }

    /// The services of this set alone.
    package func subtracting(_ other: ServiceSet) -> ServiceSet { intersection(other.complement) }

    /// The services of any of the sets.
    package static func union(of sets: [ServiceSet]) -> ServiceSet {
        if sets.count == 1 { return sets[0] }
        return ServiceSet(ascending: ServiceRange.merged(sets.flatMap(\.ranges)))
    }
}

extension ServiceSet {
    /// What the packets of a family can ask for. Each family's ICMP has types of its own; in the
    /// other family its protocol number is one without ports (`Packet/ParsedFrame`).
    static func possible(isIPv4: Bool) -> ServiceSet {
        let foreign = isIPv4 ? IPProtocol.icmpv6 : .icmp
        return ServiceSet(ascending: [
            ServiceRange(ServiceKey(foreign, 1), ServiceKey(foreign, .max))
        ]).complement
    }
}
