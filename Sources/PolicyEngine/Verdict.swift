/// What one end decided about a connection, and by which rule.
///
/// - Shape: bits 0...1 the action, bit 2 whether to log, bits 3...31 the rule. Zero is the
///   built-in denial.
@frozen public struct Verdict: RawRepresentable, Hashable, Sendable, BitwiseCopyable {
    /// The bits.
    public let rawValue: UInt32

    /// The verdict with these bits.
    @inlinable public init(rawValue: UInt32) { self.rawValue = rawValue }

    /// The verdict of `rule`; the rule's number must be below 2^29.
    @inlinable public init(_ action: Action, by rule: RuleID, isLogged: Bool) {
        rawValue = rule.rawValue << 3 | (isLogged ? 4 : 0) | UInt32(action.rawValue)
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

    /// Whether the decision is to be recorded.
    @inlinable public var isLogged: Bool { rawValue & 4 != 0 }

    /// The rule that decided.
    @inlinable public var rule: RuleID { RuleID(rawValue: rawValue >> 3) }
}

/// The number of a rule within one ``CompiledPolicy``; 0 is the built-in denial.
@frozen public struct RuleID: RawRepresentable, Hashable, Sendable, BitwiseCopyable {
    /// The number, below 2^29.
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
    /// The tier of the policy; nil for the built-in denial.
    public let tier: PolicyTier?

    /// What decides when nothing else does.
    public static let builtIn = RuleDescription(
        id: .builtIn, policy: "", name: "default", file: "", line: 0,
        text: "nothing matched: denied", tier: nil)
}
