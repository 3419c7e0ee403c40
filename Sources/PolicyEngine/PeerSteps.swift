import Packet

/// What the nodes of a part's peers say of services, each made once, and what comes of them for a
/// class that several of them name.
struct PeerSteps {
    /// Rules that are asked together: of one tier in the merged form, else of all tiers of a part.
    private struct Layer {
        /// Their numbers lie between these.
        let numbers: Range<UInt32>
        /// What a default says of services that they leave open.
        let fallback: UInt32?
        /// What the rules say whose peer is everyone, once it was asked for.
        var common: ServiceSteps?
        /// What the rules of each node say, by its place, likewise.
        var ofNode: [Int: ServiceSteps] = [:]
    }

    private let rules: ChunkedArray<RuleBook.Rule>
    private let peers: PeerRules
    private var layers: [Layer] = []
    /// What is said where no layer says anything; nil leaves that open.
    private let closing: UInt32?

    init(_ key: PolicyPart.Key, _ peers: PeerRules, _ book: RuleBook) {
        rules = book.rules
        self.peers = peers
        switch key.form {
        case .chained:
            closing = nil
            layers = [Layer(numbers: 0..<UInt32(rules.count), fallback: nil)]
        case .merged(let chain):
            closing = chain.verdict(nil, recorded: nil).rawValue
            for tier in PolicyTier.allCases.sorted() {
                let files = key.files.map { book.scopes[Int($0)] }.filter { $0.tier == tier }
                guard let first = files.first, let last = files.last else { continue }
                let (start, end) = (first.numbers.range.lowerBound, last.numbers.range.upperBound)
                let fallback = chain.defaults[tier]?.first?.decision.verdict?.rawValue
                layers.append(Layer(numbers: UInt32(start)..<UInt32(end), fallback: fallback))
            }
        }
    }

    /// What the rules of the peers at the places in `list` say, and those of everyone if wanted. In
    /// the merged form nothing is left open.
    mutating func steps(of list: [UInt32], withCommon: Bool) -> ServiceSteps {
        guard let closing else { return steps(of: list, withCommon, in: 0) }
        var decided = ServiceSteps(everywhere: closing)
        for index in layers.indices.reversed() {
            let fallback = layers[index].fallback
            decided = steps(of: list, withCommon, in: index).combined(with: decided) { word, next in
                if word == ServiceSteps.open { return fallback ?? next }
                return word & 3 == Verdict.passAction ? next : word
            }
        }
        return decided
    }

    private mutating func steps(
        of list: [UInt32], _ withCommon: Bool, in layer: Int
    ) -> ServiceSteps {
        let withCommon = withCommon && !peers.common.isEmpty
        if list.count == 1, !withCommon { return steps(at: Int(list[0]), in: layer) }
        var all: [ServiceSteps] = []
        all.reserveCapacity(list.count + 1)
        if withCommon { all.append(common(in: layer)) }
        for place in list { all.append(steps(at: Int(place), in: layer)) }
        return .least(of: all)
    }

    /// What the rules of the node at this place say.
    private mutating func steps(at place: Int, in layer: Int) -> ServiceSteps {
        if let known = layers[layer].ofNode[place] { return known }
        let steps = steps(ofRules: peers[place], layers[layer].numbers)
        layers[layer].ofNode[place] = steps
        return steps
    }

    private mutating func common(in layer: Int) -> ServiceSteps {
        if let known = layers[layer].common { return known }
        let steps = steps(ofRules: peers.common[...], layers[layer].numbers)
        layers[layer].common = steps
        return steps
    }

    /// What the rules of `list`, which ascends, say whose numbers are among `numbers`.
    private func steps(
        ofRules list: ArraySlice<UInt32>, _ numbers: Range<UInt32>
    ) -> ServiceSteps {
        let some = list[list.place(of: numbers.lowerBound)..<list.place(of: numbers.upperBound)]
        return .least(
            of: some.map { number in
                let rule = rules[Int(number)]
                return ServiceSteps(rule.ranges, rule.word)
            })
    }
}

extension RuleBook.Rule {
    /// What stands for the rule in a row: its verdict, or, where it says `pass`, its number with
    /// ``Verdict/passAction``. Words ascend in the order of decision.
    var word: UInt32 { decision.verdict?.rawValue ?? id.rawValue << 6 | Verdict.passAction }
}

extension Verdict {
    /// What stands for the action where a rule of a row says `pass`.
    @inlinable static var passAction: UInt32 { 3 }
}
