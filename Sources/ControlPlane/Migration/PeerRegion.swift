import Packet
import PolicyEngine

/// A set of peers that is closed under intersection: who it may be, at which address, less what is
/// taken away again.
package struct PeerRegion: Hashable {
    /// The groups that other regions are taken away from.
    package enum Restriction: String, Hashable, CaseIterable {
        /// Whom some policy selects for ingress.
        case ingress
        /// Whom some policy selects for egress.
        case egress
    }

    /// The tests that a VM's labels pass; empty for every VM, nil for whoever it is, also an
    /// address without a VM.
    package var tests: [LabelTest]?
    /// Where the address lies; nil for anywhere.
    package var prefix: IPPrefix?
    /// Labels that the VM does not have.
    package var lacking: Set<String> = []
    /// Prefixes that the address does not lie in.
    package var holes: Set<IPPrefix> = []
    /// Groups that it does not belong to.
    package var beyond: Set<Restriction> = []

    /// The VMs that pass these tests; with nil, everybody.
    package init(tests: [LabelTest]? = nil) {
        self.tests = tests
    }

    /// Everybody.
    package static let everybody = PeerRegion()

    /// Everybody but the members of the group of this restriction.
    package static func everybody(beyond restriction: Restriction) -> PeerRegion {
        var region = PeerRegion()
        region.beyond = [restriction]
        return region
    }

    /// Whether anything is taken away.
    package var hasExceptions: Bool {
        !lacking.isEmpty || !holes.isEmpty || !beyond.isEmpty || isMixed
    }

    /// Whether it asks for both a VM and an address, which no one peer of a sentence does.
    package var isMixed: Bool { tests != nil && prefix != nil }

    /// What belongs to both; nil when the prefixes do not meet.
    package func intersection(_ other: PeerRegion) -> PeerRegion? {
        var result = self
        if let tests = other.tests {
            result.tests = (self.tests ?? []) + tests.filter { self.tests?.contains($0) != true }
        }
        if let outer = prefix, let inner = other.prefix {
            if outer.covers(inner) {
                result.prefix = inner
            } else if !inner.covers(outer) {
                return nil
            }
        } else {
            result.prefix = prefix ?? other.prefix
        }
        result.lacking.formUnion(other.lacking)
        result.holes.formUnion(other.holes)
        result.beyond.formUnion(other.beyond)
        return result
    }

    /// Whether plainly nobody belongs to it. An answer of false proves nothing.
    ///
    /// - Parameter restricted: the members of the groups.
    package func isPlainlyEmpty(_ restricted: [Restriction: [PeerRegion]]) -> Bool {
        if let prefix, holes.contains(where: { $0.covers(prefix) }) { return true }
        guard tests != nil else { return false }
        return hasContradiction
            || beyond.contains { group in
                restricted[group, default: []].contains { isPlainlyWithin($0) }
            }
    }

    /// Whether everybody in it plainly belongs to `other`, too.
    private func isPlainlyWithin(_ other: PeerRegion) -> Bool {
        guard let tests, let asked = other.tests, other.prefix == nil else { return false }
        return asked.allSatisfy(tests.contains) && other.lacking.isSubset(of: lacking)
            && other.holes.isEmpty && other.beyond.isEmpty
    }

    /// Whether the tests contradict each other, or what must be lacking.
    private var hasContradiction: Bool {
        Dictionary(grouping: tests ?? [], by: \.key).contains { key, tests in
            var values: Set<String>?
            var others: Set<String> = []
            var isThere = false
            for test in tests {
                switch test {
                case .equals(_, let value): values = values?.intersection([value]) ?? [value]
                case .oneOf(_, let list): values = values?.intersection(list) ?? Set(list)
                case .differs(_, let value): others.insert(value)
                case .has: isThere = true
                }
            }
            if let values, values.subtracting(others).isEmpty { return true }
            return (isThere || values != nil) && lacking.contains(key)
        }
    }
}

extension LabelTest {
    /// The label that is looked at.
    fileprivate var key: String {
        switch self {
        case .equals(let key, _), .differs(let key, _), .oneOf(let key, _), .has(let key): key
        }
    }
}

extension LabelTest {
    /// The test as a sentence has it.
    var sentence: String {
        switch self {
        case .equals(let key, let value): "\(key)=\(value)"
        case .differs(let key, let value): "\(key)!=\(value)"
        case .oneOf(let key, let values): "\(key) in (\(values.joined(separator: " | ")))"
        case .has(let key): "has \(key)"
        }
    }
}

extension IPPrefix {
    /// Whether the whole of `other` lies within.
    func covers(_ other: IPPrefix) -> Bool {
        bitCount <= other.bitCount && covers(other.address)
    }
}

extension ServiceRange {
    /// The services in both; nil when there are none.
    package func intersection(_ other: ServiceRange) -> ServiceRange? {
        let (first, last) = (max(first, other.first), min(last, other.last))
        return first <= last ? ServiceRange(first, last) : nil
    }

    /// The range as a sentence has it: `tcp`, `tcp/80`, `tcp/80-90`. It lies within TCP, UDP or
    /// SCTP.
    package var sentence: String {
        let name = "\(first.ipProtocol)"
        if first.detail == 0, last.detail == .max { return name }
        return first == last ? "\(name)/\(first.detail)" : "\(name)/\(first.detail)-\(last.detail)"
    }
}
