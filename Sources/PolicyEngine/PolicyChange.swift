/// How a policy differs from one that was compiled, where little differs.
struct PolicyChange {
    /// The rules that others took the place of.
    private(set) var rules: [RulePlace] = []
    /// The endpoints replaced, of the former universe.
    let oldEndpoints: Range<Int>
    /// The endpoints that took their place.
    let newEndpoints: Range<Int>

    /// More rules, or endpoints, than these are too many.
    private static let countMax = 64

    /// - Parameter files: in the order of decision.
    /// - Returns: nil when more differs than single rules and endpoints.
    init?(
        from previous: CompiledPolicy, _ files: [PolicyFile], _ universe: PolicyUniverse
    ) {
        let old = previous.universe.endpoints
        let new = universe.endpoints
        var start = 0
        while start < min(old.count, new.count), old[start] == new[start] { start += 1 }
        var end = 0
        while end < min(old.count, new.count) - start,
            old[old.count - 1 - end] == new[new.count - 1 - end]
        {
            end += 1
        }
        oldEndpoints = start..<old.count - end
        newEndpoints = start..<new.count - end
        guard oldEndpoints.count <= Self.countMax, newEndpoints.count <= Self.countMax,
            files.count == previous.files.count
        else { return nil }
        for (number, (old, new)) in zip(previous.files, files).enumerated() {
            guard old.hasSameFrame(as: new), note(old.rules, new.rules, number) else { return nil }
        }
    }

    /// Notes which rules of a file differ; false when those are too many.
    private mutating func note(_ old: [PolicyRule], _ new: [PolicyRule], _ file: Int) -> Bool {
        if old.isSameMemory(as: new) { return true }
        guard old.count == new.count else { return false }
        for index in old.indices {
            // Verdicts tell where a rule stands.
            let hasMoved = old[index].position != new[index].position
            guard old[index].text != new[index].text || hasMoved else { continue }
            guard rules.count < Self.countMax else { return false }
            // What passes leaves the decision to later tiers: the stages of ports change with it.
            guard old[index].action != .pass, new[index].action != .pass else { return false }
            rules.append(RulePlace(file: file, index: index))
        }
        return true
    }
}

extension Array {
    /// Whether both are the same array, not only equal.
    func isSameMemory(as other: [Element]) -> Bool {
        let base = unsafe withUnsafeBufferPointer { UInt(bitPattern: $0.baseAddress) }
        let otherBase = unsafe other.withUnsafeBufferPointer { UInt(bitPattern: $0.baseAddress) }
        return count == other.count && base == otherBase
    }
}

extension PolicyFile {
    /// Whether the files are alike but for single rules.
    fileprivate func hasSameFrame(as other: PolicyFile) -> Bool {
        hasSameMeaning(as: other) && source.path == other.source.path
            && defaultRule?.position == other.defaultRule?.position
    }

    /// Whether the files mean the same but for single rules, wherever it is written.
    func hasSameMeaning(as other: PolicyFile) -> Bool {
        name.value == other.name.value && tier == other.tier && mode == other.mode
            && selector.hasSamePeers(as: other.selector)
            && groups.elementsEqual(other.groups) {
                $0.name.value == $1.name.value && $0.members.hasSamePeers(as: $1.members)
            }
            && services.elementsEqual(other.services) {
                $0.name.value == $1.name.value && $0.terms.map(\.value) == $1.terms.map(\.value)
            }
            && defaultRule?.text == other.defaultRule?.text
    }
}

extension PeerSet {
    fileprivate func hasSamePeers(as other: PeerSet) -> Bool {
        included.map(\.value) == other.included.map(\.value)
            && excepted.map(\.value) == other.excepted.map(\.value)
    }
}
