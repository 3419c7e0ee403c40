import PolicyEngine

/// The ledgers of the policy in force and of those that went before, until their counts are taken.
///
/// No count is ever lost: a ledger stays here until the worker has ended a turn under a snapshot
/// without it, and its counts, then final, stay until they are taken.
package struct LedgerList: Sendable {
    /// The ledger of the policy in force.
    private(set) var current: RuleLedger?
    /// Replaced ones, each with the number of the last snapshot that has it.
    private var leaving: [(ledger: RuleLedger, last: UInt64)] = []
    private var finished: [RuleHits] = []

    /// No policy yet.
    package init() {}

    /// The ledger for `configuration`, which follows the snapshot number `last`: the present one if
    /// the policy is the same, else a new one.
    package mutating func ledger(
        for configuration: SwitchConfiguration, after last: UInt64
    ) -> RuleLedger {
        if let current, current.isOf(configuration.policy) { return current }
        let ledger = RuleLedger(
            configuration.policy, generation: configuration.generation, after: current)
        if let current { leaving.append((current, last)) }
        current = ledger
        return ledger
    }

    /// Frees the ledgers of snapshots that the worker, which has ended a turn under number `seen`,
    /// will not touch any more; their counts are kept.
    package mutating func settle(seen: UInt64) {
        while let first = leaving.first, first.last < seen {
            let hits = first.ledger.hits(isFinal: true)
            if !hits.hits.isEmpty { finished.append(hits) }
            leaving.removeFirst()
        }
    }

    /// The counts of all policies: final ones, which are forgotten here, then those that may grow.
    package mutating func take(seen: UInt64) -> [RuleHits] {
        settle(seen: seen)
        defer { finished = [] }
        let growing = leaving.map(\.ledger) + [current].compactMap(\.self)
        return finished + growing.map { $0.hits(isFinal: false) }
    }

    /// How many ledgers are kept.
    package var count: Int { leaving.count + (current == nil ? 0 : 1) }
}
