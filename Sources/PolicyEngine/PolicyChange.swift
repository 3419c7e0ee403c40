/// How a policy differs from one that was compiled, where little differs.
struct PolicyChange {
    /// A rule that another took the place of.
    struct Rule {
        /// The file, in the order of decision.
        let file: Int
        let index: Int
    }

    /// The rules replaced.
    private(set) var rules: [Rule] = []
    /// The endpoints replaced, of the former universe.
    let oldEndpoints: Range<Int>
    /// The endpoints that took their place.
    let newEndpoints: Range<Int>

    /// Which differences count.
    struct Measure {
        /// More than these are too many.
        let countMax: Int
        /// Whether a rule differs that only stands at another place of its file.
        let seesPlaces: Bool

        /// What compiled tables and their descriptions depend on.
        static let tables = Measure(countMax: 64, seesPlaces: true)
        /// What verdicts depend on.
        static let verdicts = Measure(countMax: 256, seesPlaces: false)
    }

    private let measure: Measure

    /// - Parameter files: in the order of decision.
    /// - Returns: nil when more differs than single rules and endpoints.
    init?(
        from previous: CompiledPolicy, _ files: [PolicyFile], _ universe: PolicyUniverse,
        _ measure: Measure = .tables
    ) {
        self.measure = measure
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
        guard oldEndpoints.count <= measure.countMax, newEndpoints.count <= measure.countMax,
            files.count == previous.files.count
        else { return nil }
        for (number, (old, new)) in zip(previous.files, files).enumerated() {
            guard old.hasSameFrame(as: new), note(old.rules, new.rules, number) else { return nil }
        }
    }

    /// Notes which rules of a file differ; false when those are too many.
    private mutating func note(_ old: [PolicyRule], _ new: [PolicyRule], _ file: Int) -> Bool {
        if old.isSameMemory(as: new) { return true }
        for index in old.indices {
            let hasMoved = measure.seesPlaces && old[index].position != new[index].position
            guard old[index].text != new[index].text || hasMoved else { continue }
            guard rules.count < measure.countMax else { return false }
            // What passes leaves the decision to later tiers: the stages of ports change with it.
            guard old[index].action != .pass, new[index].action != .pass else { return false }
            rules.append(Rule(file: file, index: index))
        }
        return true
    }
}

extension Array {
    /// Whether both are the same array, not only equal.
    fileprivate func isSameMemory(as other: [Element]) -> Bool {
        let base = unsafe withUnsafeBufferPointer { UInt(bitPattern: $0.baseAddress) }
        let otherBase = unsafe other.withUnsafeBufferPointer { UInt(bitPattern: $0.baseAddress) }
        return count == other.count && base == otherBase
    }
}

extension PolicyFile {
    /// Whether the files are alike but for single rules.
    fileprivate func hasSameFrame(as other: PolicyFile) -> Bool {
        name.value == other.name.value && tier == other.tier && mode == other.mode
            && source.path == other.source.path && rules.count == other.rules.count
            && selector.hasSamePeers(as: other.selector)
            && groups.elementsEqual(other.groups) {
                $0.name.value == $1.name.value && $0.members.hasSamePeers(as: $1.members)
            }
            && services.elementsEqual(other.services) {
                $0.name.value == $1.name.value && $0.terms.map(\.value) == $1.terms.map(\.value)
            }
            && defaultRule?.text == other.defaultRule?.text
            && defaultRule?.position == other.defaultRule?.position
    }
}

extension PeerSet {
    fileprivate func hasSamePeers(as other: PeerSet) -> Bool {
        included.map(\.value) == other.included.map(\.value)
            && excepted.map(\.value) == other.excepted.map(\.value)
    }
}
