import PolicyEngine

/// What names the rules of policies that were replaced, for verdicts that outlive them: of live
/// connections, of drops that are remembered, of events on their way.
///
/// - Shape: at most ``countMax`` policies, with ``ruleCountMax`` rules together; rules that two of
///   them share count once. The oldest is forgotten first, the last one never.
package struct FormerPolicies: Sendable {
    /// The most policies.
    package static let countMax = 64
    /// The most rules of all of them.
    package static let ruleCountMax = 200_000

    private struct Entry: Sendable {
        /// The first generation in which it was in force.
        let generation: UInt32
        let names: RuleNames
        /// How many rules it does not share with its successor.
        let ruleCount: Int
    }

    /// The oldest first.
    private var entries: [Entry] = []
    /// How many rules are kept besides those of the policy in force.
    package private(set) var ruleCount = 0

    /// No policy was replaced yet.
    package init() {}

    /// How many policies are remembered.
    package var count: Int { entries.count }

    /// Adds a policy that was in force from `generation` on and that `successor` replaces.
    package mutating func add(
        _ names: RuleNames, since generation: UInt32, before successor: RuleNames
    ) {
        let count = names.ruleCount(besides: successor)
        entries.append(Entry(generation: generation, names: names, ruleCount: count))
        ruleCount += count
        while entries.count > Self.countMax || ruleCount > Self.ruleCountMax, entries.count > 1 {
            ruleCount -= entries.removeFirst().ruleCount
        }
    }

    /// The names in the policy that was in force in `generation`; nil when it is forgotten.
    package func names(in generation: UInt32) -> RuleNames? {
        entries.last { $0.generation <= generation }?.names
    }
}
