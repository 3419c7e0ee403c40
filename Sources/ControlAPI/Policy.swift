/// A policy in a few words.
public struct PolicySummary: Codable, Sendable, Equatable {
    /// The policy's name.
    public var name: String
    /// The tier: `guard`, `platform`, `app` or `baseline`.
    public var tier: String
    /// The file it came from.
    public var path: String
    /// How many rules it has.
    public var rules: Int
    /// The VMs whose ports it governs.
    public var governs: [String] = []
    /// Whether it is in audit mode: what it would refuse passes, and is recorded.
    public var audited = false

    /// Creates a summary.
    public init(name: String, tier: String, path: String, rules: Int) {
        self.name = name
        self.tier = tier
        self.path = path
        self.rules = rules
    }
}

/// The reply to `GET /v1/policy`: the whole policy in force.
public struct PolicyList: Codable, Sendable, Equatable {
    /// The generation in which it was applied; 0 when none was.
    public var generation: UInt64
    /// The policies in the order in which they decide.
    public var policies: [PolicySummary]

    /// Creates a list.
    public init(generation: UInt64, policies: [PolicySummary]) {
        self.generation = generation
        self.policies = policies
    }
}

/// The reply to `GET /v1/policy/{name}`: one policy in force.
public struct PolicyShow: Codable, Sendable, Equatable {
    /// The policy's name.
    public var name: String
    /// The tier: `guard`, `platform`, `app` or `baseline`.
    public var tier: String
    /// The file it came from.
    public var path: String
    /// The VMs whose ports it governs.
    public var governs: [String] = []
    /// Whether it is in audit mode: what it would refuse passes, and is recorded.
    public var audited = false
    /// The rules, in order.
    public var rules: [PolicyRuleText] = []
    /// The file as it was applied.
    public var text: String

    /// Creates a policy as it is shown.
    public init(name: String, tier: String, path: String, text: String) {
        self.name = name
        self.tier = tier
        self.path = path
        self.text = text
    }
}

/// One rule of a policy, as it was written.
public struct PolicyRuleText: Codable, Sendable, Equatable {
    /// The rule's name, as `shop/no-ssh` or `shop/#1`.
    public var name: String
    /// The file it stands in.
    public var file: String
    /// The line it stands on, from 1.
    public var line: Int
    /// The sentence.
    public var text: String
    /// Whether it decides anything: `pass` leaves that to a later tier, and has no hits.
    public var decides = true
    /// How often it decided, under this policy and earlier ones that had it.
    public var hits: UInt64 = 0
    /// When it last did, in UTC, as `2026-11-21T17:00:00Z` (RFC 3339); nil is never.
    public var lastHit: String?

    /// Creates a rule.
    public init(name: String, file: String, line: Int, text: String) {
        self.name = name
        self.file = file
        self.line = line
        self.text = text
    }
}

/// The reply to `POST /v1/policy/check`: what `apply` would say; nothing was changed.
public struct PolicyCheckReply: Codable, Sendable, Equatable {
    /// Whether the files would be applied as they are.
    public var valid: Bool
    /// The policies; empty when the files are not valid.
    public var policies: [PolicySummary]
    /// What keeps the files from being applied.
    public var errors: [PolicyFault]
    /// What a reader may stumble over; does not keep the files from being applied.
    public var warnings: [PolicyFault]

    /// Creates a reply; it is valid when there are no errors.
    public init(policies: [PolicySummary], errors: [PolicyFault], warnings: [PolicyFault]) {
        valid = errors.isEmpty
        self.policies = policies
        self.errors = errors
        self.warnings = warnings
    }
}

/// The reply to `PUT /v1/policy`: the files are in force.
public struct PolicyApplyReply: Codable, Sendable, Equatable {
    /// The new generation; where nothing changed, that in which the policy came into force.
    public var generation: UInt64
    /// Whether anything changed: the very same files were in force already, else.
    public var changed = true
    /// How many live connections the new policy cuts.
    public var cutFlows: Int
    /// The policies in the order in which they decide.
    public var policies: [PolicySummary]
    /// What a reader may stumble over.
    public var warnings: [PolicyFault]
    /// In how many seconds the former policy returns unless this one is confirmed.
    public var confirmWithin: Int?

    /// Creates a reply.
    public init(
        generation: UInt64, cutFlows: Int, policies: [PolicySummary], warnings: [PolicyFault]
    ) {
        self.generation = generation
        self.cutFlows = cutFlows
        self.policies = policies
        self.warnings = warnings
    }
}
