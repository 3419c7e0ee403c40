import DataPath
import PolicyEngine

/// How often the rules of the policy in force decided, also under earlier policies that had them.
///
/// A rule is the same as long as its policy, its name and its sentence are: numbers change with
/// every policy. A rule that leaves the policy is forgotten.
package struct RuleTally: Sendable {
    /// How often a rule decided, and when it last did, in nanoseconds since 1970.
    package struct Sum: Hashable, Sendable {
        /// How many decisions.
        package var count: UInt64 = 0
        /// When the last was; 0 is never.
        package var lastHit: UInt64 = 0
    }

    private struct Key: Hashable {
        let policy: String
        let name: String
        let text: String

        init(_ rule: RuleDescription) {
            (policy, name, text) = (rule.policy, rule.name, rule.text)
        }
    }

    private var settled: [Key: Sum] = [:]
    private var growing: [Key: Sum] = [:]

    /// No rule decided anything.
    package init() {}

    /// Takes up the counts of the data path; `rules` are those of the policy in force.
    package mutating func take(_ hits: [RuleHits], rules: some Sequence<RuleDescription>) {
        growing = [:]
        for hits in hits {
            for hit in hits.hits.values {
                if hits.isFinal {
                    Self.add(hit, to: &settled)
                } else {
                    Self.add(hit, to: &growing)
                }
            }
        }
        guard !settled.isEmpty else { return }
        let names = Set(settled.keys.map(\.name))
        let known = Set(rules.lazy.filter { names.contains($0.name) }.map(Key.init))
        settled = settled.filter { known.contains($0.key) }
    }

    private static func add(_ hit: RuleHit, to sums: inout [Key: Sum]) {
        var sum = sums[Key(hit.rule), default: Sum()]
        sum.count &+= hit.count
        sum.lastHit = max(sum.lastHit, hit.lastHit)
        sums[Key(hit.rule)] = sum
    }

    /// How often `rule` decided.
    package func sum(of rule: RuleDescription) -> Sum {
        let parts = [settled[Key(rule)], growing[Key(rule)]].compactMap(\.self)
        return Sum(
            count: parts.reduce(0) { $0 &+ $1.count }, lastHit: parts.map(\.lastHit).max() ?? 0)
    }
}
