/// How a policy differs from one that was compiled, where little differs.
struct PolicyChange {
    /// The rules taken out, put in, or both.
    let rules: [RuleDifference.Hunk]
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
        guard oldEndpoints.count <= Self.countMax, newEndpoints.count <= Self.countMax else {
            return nil
        }
        guard let difference = RuleDifference(from: previous.files, to: files),
            max(difference.removed.count, difference.inserted.count) <= Self.countMax
        else { return nil }
        // What passes leaves the decision to later tiers: the stages of ports change with it.
        let passes = { (files: [PolicyFile]) in
            { (place: RulePlace) in files[place.file].rules[place.index].action == .pass }
        }
        guard !difference.removed.contains(where: passes(previous.files)),
            !difference.inserted.contains(where: passes(files))
        else { return nil }
        rules = difference.hunks
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
