/// The allow rule that comes nearest to a connection that is refused.
public struct NearestMiss: Hashable, Sendable {
    /// The rule.
    public let rule: RuleDescription
    /// What keeps the rule from allowing the connection: were only these otherwise, it would. One,
    /// where some rule is that near, else two; never empty.
    public let fields: [Field]
    /// Rule, place and fields in words: ``` `shop/#3` (shop.yaml:18) would allow it, but for the
    /// service: tcp/5432, not tcp/5433 ```.
    public let sentence: String

    /// What can keep a rule from allowing a connection.
    public enum Field: String, CaseIterable, Sendable {
        /// The rule speaks of other senders.
        case sender
        /// The rule speaks of other receivers.
        case receiver
        /// The rule speaks of other services.
        case service
        /// The rule's last day is over.
        case until
        /// The rule's policy does not govern the port that refuses.
        case `for`
        /// Another rule decides first.
        case order
    }

    /// The first of ``fields``.
    public var field: Field { fields[0] }
}
