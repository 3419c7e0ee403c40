/// One policy file, read and checked: every name in it is known, every range is sound.
public struct PolicyFile: Sendable {
    /// The text it was read from.
    public internal(set) var source: PolicySource
    /// `policy:`, unique among the files applied together.
    public var name: Located<String>
    /// `tier:`.
    public var tier: PolicyTier = .app
    /// `for:`, the VMs whose ports the rules govern.
    public var selector: PeerSet
    /// `mode:`.
    public var mode: PolicyMode = .enforce
    /// `groups:`, in file order; names are unique.
    public var groups: [NamedGroup] = []
    /// `services:`, in file order; names are unique.
    public var services: [NamedService] = []
    /// `rules:`, in file order.
    public var rules: [PolicyRule] = []
    /// `default:`, if the file has one.
    public var defaultRule: DefaultRule?
    /// `never:`, in file order.
    public var invariants: [PolicyInvariant] = []
    /// `tests:`, in file order.
    public var tests: [PolicyTest] = []

    /// The keys that a file may have.
    package static let keys = [
        "policy", "tier", "for", "mode", "groups", "services", "rules", "default", "never", "tests",
    ]

    /// The words of the grammar, which name no group, service, policy or rule.
    package static var reservedWords: Set<String> { NameRule.reserved }
}

/// Whether a file refuses, or only records what it would refuse.
public enum PolicyMode: String, CaseIterable, Sendable {
    /// Its rules decide.
    case enforce
    /// What its rules would refuse is recorded; the next tier decides as if they had passed, and
    /// where nothing else decides, the connection passes.
    case audit
}

/// One sentence of `never:`: no packet of `services` from `senders` ever reaches `receivers`.
public struct PolicyInvariant: Sendable {
    /// The left side of `->`.
    public var senders: PeerSet
    /// The right side.
    public var receivers: PeerSet
    /// The `on` clause; empty means every service.
    public var services: [Located<ServiceTerm>]
    /// Where the sentence begins.
    public var position: SourcePosition
    /// The sentence as written, its white space made single.
    public var text: String
}

extension PolicyInvariant {
    /// The promise that a rule's peers and services make when they are read as `never`.
    package init(_ rule: PolicyRule, text: String) {
        self.init(
            senders: rule.senders, receivers: rule.receivers, services: rule.services,
            position: rule.position, text: text)
    }
}

/// One sentence of `tests:`: what must become of one connection.
public struct PolicyTest: Sendable {
    /// Who opens the connection: one VM or one address.
    public var sender: Located<Peer>
    /// Whom it goes to: one VM or one address.
    public var receiver: Located<Peer>
    /// The service: of a range, a named service or `any` each part is tested.
    public var service: Located<ServiceTerm>
    /// What must become of it: allow, deny or reject.
    public var action: RuleAction
    /// The rule that must have decided, as `by` names it: a rule of this file, or `policy/rule`.
    public var rule: Located<String>?
    /// Where the sentence begins.
    public var position: SourcePosition
    /// The sentence as written, its white space made single.
    public var text: String
}

/// A name for a set of peers.
public struct NamedGroup: Sendable {
    /// The name.
    public let name: Located<String>
    /// The members.
    public let members: PeerSet
}

/// A name for a set of services.
public struct NamedService: Sendable {
    /// The name.
    public let name: Located<String>
    /// The alternatives; never empty.
    public let terms: [Located<ServiceTerm>]
}

/// One sentence of `rules:`.
public struct PolicyRule: Sendable {
    /// What happens to a connection that matches.
    public var action: RuleAction
    /// Who opens the connection: the left side of `->`.
    public var senders: PeerSet
    /// Whom it goes to: the right side.
    public var receivers: PeerSet
    /// The `on` clause; empty means every service.
    public var services: [Located<ServiceTerm>]
    /// The name that `as` gives.
    public var name: Located<String>?
    /// What `log` asks for.
    public var logging: Verdict.Logging
    /// The last day on which the rule holds, as `until` gives it.
    public var lastDay: Located<PolicyDay>?
    /// How many new connections a second the rule allows, as `limit` gives it.
    public var limit: UInt32?
    /// Where the sentence begins.
    public var position: SourcePosition
    /// The sentence as written, its white space made single.
    public var text: String
}

/// The `default:` of a file: what happens when no rule of its tier matched.
public struct DefaultRule: Sendable {
    /// What happens.
    public var action: RuleAction
    /// What `log` asks for.
    public var logging: Verdict.Logging
    /// Where it stands.
    public var position: SourcePosition
    /// `default: …` as written.
    public var text: String
}

/// What a rule does.
public enum RuleAction: String, CaseIterable, Sendable {
    /// The connection passes this end.
    case allow
    /// It is dropped silently.
    case deny
    /// It is dropped and answered.
    case reject
    /// The next tier decides.
    case pass
}
