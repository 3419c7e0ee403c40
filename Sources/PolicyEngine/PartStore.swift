/// The parts of a policy, each at a place of its own.
struct PartStore: Sendable {
    private(set) var parts: [PolicyPart] = []
    private var indices: [PolicyPart.Key: UInt32] = [:]
    private(set) var byteCount = 0
    /// How large the parts were that were built together, before any edit.
    private var builtByteCount = 0
    /// What is expected of nodes.
    var estimates = NodeEstimates()

    subscript(index: UInt32) -> PolicyPart { parts[Int(index)] }

    func index(of key: PolicyPart.Key) -> UInt32? { indices[key] }

    /// So many parts are looked at for one that is near.
    private static let candidateCountMax = 4_096

    /// Of the last parts, that of the same files, direction and form whose nodes differ from those
    /// of `key` in the fewest rules, with these nodes; nil when they have `limit` rules or more. No
    /// part with contradictions: whoever goes on from it looks at the differing nodes alone.
    func nearest(
        to key: PolicyPart.Key, differingBelow limit: Int, _ ruleCount: (UInt32) -> Int
    ) -> (part: PolicyPart, nodes: [UInt32])? {
        var least = limit
        var nearest: (part: PolicyPart, nodes: [UInt32])?
        for part in parts.suffix(Self.candidateCountMax)
        where part.key.isSibling(of: key) && part.contradictions.isEmpty {
            guard
                let (nodes, count) = part.key.nodes.difference(
                    from: key.nodes, costingBelow: least, ruleCount)
            else { continue }
            least = count
            nearest = (part, nodes)
        }
        return nearest
    }

    /// Whether what edits left behind is more than half.
    var isMostlyWaste: Bool { byteCount > 2 * builtByteCount + 1 << 20 }

    /// Notes that the parts are those of a policy, and no more.
    mutating func noteBuilt() { builtByteCount = byteCount }

    /// Adds a part whose key is new.
    mutating func add(_ part: PolicyPart) -> UInt32 {
        let index = UInt32(parts.count)
        parts.append(part)
        indices[part.key] = index
        byteCount += part.byteCount
        return index
    }

    /// Puts another part of the same key in the place of one.
    mutating func replace(_ index: UInt32, by part: PolicyPart) {
        byteCount += part.byteCount - parts[Int(index)].byteCount
        parts[Int(index)] = part
    }
}

extension PolicyPart.Key {
    /// Whether the keys differ at most in their nodes.
    fileprivate func isSibling(of other: PolicyPart.Key) -> Bool {
        direction == other.direction && families == other.families && files == other.files
            && form == other.form
    }
}
