/// The body of `POST /v1/policy/explain`: what would become of this connection?
public struct ExplainRequest: RequestBody, Equatable {
    /// Who opens the connection: a VM's name, or an address.
    public var from: String
    /// Who is called: a VM's name, or an address.
    public var to: String
    /// The service, as in a rule: `tcp/443`, `icmp/echo`, or a service's name.
    public var service: String
    /// The network; nil asks for every network that holds both ends.
    public var network: String?
    /// The files under which is asked, as if they were the whole policy, whether or not their
    /// promises and tests hold; nil asks the policy in force.
    public var files: [PolicyFileText]?
    /// Whether they are taken as if they were applied with ``PolicyApplyRequest/audit``.
    public var audit = false

    /// Creates a question.
    public init(from: String, to: String, service: String, network: String? = nil) {
        self.from = from
        self.to = to
        self.service = service
        self.network = network
    }

    /// The keys that this request knows.
    public enum CodingKeys: String, CodingKey, CaseIterable {
        case from, to, service, network, files, audit
    }

    /// Decodes a question; refuses unknown keys.
    public init(from decoder: any Decoder) throws {
        let keyed = try decoder.strictContainer(CodingKeys.self)
        from = try keyed.decode(String.self, forKey: .from)
        to = try keyed.decode(String.self, forKey: .to)
        service = try keyed.decode(String.self, forKey: .service)
        network = try keyed.decodeIfPresent(String.self, forKey: .network)
        files = try keyed.decodeIfPresent([PolicyFileText].self, forKey: .files)
        audit = try keyed.decodeIfPresent(Bool.self, forKey: .audit) ?? false
    }
}

/// The reply to `POST /v1/policy/explain`.
public struct ExplainReply: Codable, Sendable, Equatable {
    /// One answer for each network and pair of addresses.
    public var explanations: [Explanation]

    /// Creates a reply.
    public init(explanations: [Explanation]) {
        self.explanations = explanations
    }
}

/// What becomes of one connection, and which rules decide it.
public struct Explanation: Codable, Sendable, Equatable {
    /// The network.
    public var network: String
    /// The end that opens the connection.
    public var from: FlowEnd
    /// The end that is called.
    public var to: FlowEnd
    /// The service, as `tcp/443`.
    public var service: String
    /// What becomes of it: both ends must allow.
    public var verdict = Verdict.deny
    /// The decision at the sender's port; nil when the sender is outside, or on another host.
    public var egress: Decision?
    /// The decision at the receiver's port; nil when the receiver is outside, on another host, or
    /// was not reached.
    public var ingress: Decision?
    /// Of a refused connection, the allow rule that comes nearest to it; nil when none is near.
    public var nearestMiss: NearestMiss?
    /// What else decides about it than the rules, as port security about DHCP; nil where nothing
    /// does.
    public var note: String?

    /// Creates an explanation; it denies until the decisions are filled in.
    public init(network: String, from: FlowEnd, to: FlowEnd, service: String) {
        self.network = network
        self.from = from
        self.to = to
        self.service = service
    }
}

/// The allow rule that comes nearest to a connection that is refused.
public struct NearestMiss: Codable, Sendable, Equatable {
    /// The rule.
    public var rule: RuleReference
    /// What keeps it from allowing the connection: one or two of `sender`, `receiver`, `service`,
    /// `until` (its last day is over), `for` (its policy does not govern the port), `order`
    /// (another rule decides first).
    public var fields: [String]
    /// The same in a sentence.
    public var text: String

    /// Creates a nearest miss.
    public init(rule: RuleReference, fields: [String], text: String) {
        self.rule = rule
        self.fields = fields
        self.text = text
    }
}

/// What one port decides about a connection, and by which rule.
public struct Decision: Codable, Sendable, Equatable {
    /// The port's device.
    public var port: String
    /// What it decides.
    public var verdict: Verdict
    /// Whether the rule stands in a file in audit mode and would have refused.
    public var audited = false
    /// The rule: `policy/name`, `policy/#index`, `policy/default`, or `default`.
    public var rule: String
    /// The file that the rule stands in; nil for `default`.
    public var file: String?
    /// The rule's line, from 1; nil for `default`.
    public var line: Int?
    /// The rule's sentence; nil for `default`.
    public var text: String?

    /// Creates a decision.
    public init(port: String, verdict: Verdict, rule: RuleReference, text: String? = nil) {
        self.port = port
        self.verdict = verdict
        self.rule = rule.name
        file = rule.file
        line = rule.line
        self.text = text
    }
}

/// What becomes of a connection.
public enum Verdict: String, SpelledCase {
    /// It passes.
    case allow
    /// It is dropped in silence.
    case deny
    /// It is dropped, and the sender is told.
    case reject

    /// What a value is called in errors.
    public static let noun = "verdict"
}
