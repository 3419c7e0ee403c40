/// One policy file, read and checked: every name in it is known, every range is sound.
public struct PolicyFile: Sendable {
    /// The text it was read from.
    public let source: PolicySource
    /// `policy:`, unique among the files applied together.
    public var name: Located<String>
    /// `tier:`.
    public var tier: PolicyTier = .app
    /// `for:`, the VMs whose ports the rules govern.
    public var selector: PeerSet
    /// `groups:`, in file order; names are unique.
    public var groups: [NamedGroup] = []
    /// `services:`, in file order; names are unique.
    public var services: [NamedService] = []
    /// `rules:`, in file order.
    public var rules: [PolicyRule] = []
    /// `default:`, if the file has one.
    public var defaultRule: DefaultRule?
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
    /// Whether `log` asks for a record of each decision.
    public var isLogged: Bool
    /// Where the sentence begins.
    public var position: SourcePosition
    /// The sentence as written, its white space made single.
    public var text: String
}

/// The `default:` of a file: what happens when no rule of its tier matched.
public struct DefaultRule: Sendable {
    /// What happens.
    public var action: RuleAction
    /// Whether each decision is recorded.
    public var isLogged: Bool
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
