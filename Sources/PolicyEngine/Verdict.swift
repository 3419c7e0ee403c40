/// What one end decided about a connection, and by which rule.
///
/// - Shape: bits 0...1 the action, bits 2...3 which decisions are recorded, bit 4 whether a file in
///   audit mode would have refused, bit 5 whether the rule has a limit, bits 6...31 the rule. Zero
///   is the built-in denial.
@frozen public struct Verdict: RawRepresentable, Hashable, Sendable, BitwiseCopyable {
    /// The bits.
    public let rawValue: UInt32

    /// The verdict with these bits.
    @inlinable public init(rawValue: UInt32) { self.rawValue = rawValue }

    /// The verdict of `rule`; the rule's number must be below 2^26.
    @inlinable public init(_ action: Action, by rule: RuleID, _ traits: Traits = Traits()) {
        rawValue =
            rule.rawValue << 6 | (traits.isLimited ? 32 : 0) | (traits.isAudited ? 16 : 0)
            | UInt32(traits.logging.rawValue) << 2 | UInt32(action.rawValue)
    }

    /// Which decisions of a rule are recorded.
    @frozen public enum Logging: UInt8, Sendable, BitwiseCopyable {
        /// None.
        case none
        /// Each, as far as the daemon's rate of records allows.
        case every
        /// Some: one a second for each rule, with the number that it stands for.
        case sampled
    }

    /// What a verdict says beyond action and rule.
    @frozen public struct Traits: Hashable, Sendable, BitwiseCopyable {
        /// Which decisions are recorded.
        public var logging = Logging.none
        /// Whether the rule stands in a file in audit mode and would have refused: the action is
        /// what happens instead.
        public var isAudited = false
        /// Whether the rule allows only so many new connections a second.
        public var isLimited = false

        /// A verdict that is not recorded, not audited and not limited.
        @inlinable public init() {}
    }

    /// What happens to the connection.
    @frozen public enum Action: UInt8, Sendable, BitwiseCopyable {
        /// It is dropped silently.
        case deny
        /// It passes this end.
        case allow
        /// It is dropped and answered.
        case reject
    }

    /// The denial when nothing matched, or no policy selects the port.
    @inlinable public static var denyByDefault: Verdict { Verdict(rawValue: 0) }

    /// What happens.
    @inlinable public var action: Action {
        switch rawValue & 3 {
        case 1: .allow
        case 2: .reject
        default: .deny
        }
    }

    /// Which decisions of the rule are recorded.
    @inlinable public var logging: Logging {
        switch rawValue >> 2 & 3 {
        case 1: .every
        case 2: .sampled
        default: .none
        }
    }

    /// Whether the decision may be recorded.
    @inlinable public var isLogged: Bool { rawValue & 12 != 0 }

    /// Whether a file in audit mode would have refused; ``rule`` is then the one that would have.
    @inlinable public var isAudited: Bool { rawValue & 16 != 0 }

    /// Whether the rule has a limit.
    @inlinable public var isLimited: Bool { rawValue & 32 != 0 }

    /// The rule that decided.
    @inlinable public var rule: RuleID { RuleID(rawValue: rawValue >> 6) }
}

/// The number of a rule within one ``CompiledPolicy``; 0 is the built-in denial.
@frozen public struct RuleID: RawRepresentable, Hashable, Sendable, BitwiseCopyable {
    /// The number, below 2^26.
    public let rawValue: UInt32

    /// The rule with this number.
    @inlinable public init(rawValue: UInt32) { self.rawValue = rawValue }

    /// The built-in denial.
    @inlinable public static var builtIn: RuleID { RuleID(rawValue: 0) }
}

/// A rule, as people know it.
public struct RuleDescription: Hashable, Sendable {
    /// Its number in verdicts.
    public let id: RuleID
    /// The policy it belongs to; empty for the built-in denial.
    public let policy: String
    /// `policy/rule-name`, `policy/#3` (the third rule of its file), `policy/default` or `default`.
    public let name: String
    /// The file; empty for the built-in denial.
    public let file: String
    /// The line in the file, from 1; 0 for the built-in denial.
    public let line: Int
    /// The sentence.
    public let text: String
    /// What it does.
    public let action: RuleAction
    /// The tier of the policy; nil for the built-in denial.
    public let tier: PolicyTier?

    /// Stands for a rule of a policy that nobody remembers.
    public static let forgotten = RuleDescription(
        id: .builtIn, policy: "", name: "(replaced since)", file: "", line: 0,
        text: "the policy that decided was replaced too long since", action: .deny, tier: nil)

    /// What decides when nothing else does.
    public static let builtIn = RuleDescription(
        id: .builtIn, policy: "", name: "default", file: "", line: 0,
        text: "nothing matched: denied", action: .deny, tier: nil)
}
