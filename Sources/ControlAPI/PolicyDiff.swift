/// The body of `POST /v1/policy/diff`: the files that are to be the whole policy.
public struct PolicyDiffRequest: RequestBody, Equatable {
    /// The files; their order does not matter. An empty list is no policy: every port closes.
    public var files: [PolicyFileText]
    /// Whether they are taken as if they were applied with ``PolicyApplyRequest/audit``.
    public var audit = false
    /// Whether every line is told, with all its names; else there are 100 lines of six names each.
    public var all = false

    /// Creates a request.
    public init(files: [PolicyFileText]) {
        self.files = files
    }

    /// The keys that this request knows.
    public enum CodingKeys: String, CodingKey, CaseIterable { case files, audit, all }

    /// Decodes a request; refuses unknown keys.
    public init(from decoder: any Decoder) throws {
        let keyed = try decoder.strictContainer(CodingKeys.self)
        files = try keyed.decode([PolicyFileText].self, forKey: .files)
        audit = try keyed.decodeIfPresent(Bool.self, forKey: .audit) ?? false
        all = try keyed.decodeIfPresent(Bool.self, forKey: .all) ?? false
    }
}

/// The reply to `POST /v1/policy/diff`: which connections would become possible, and which
/// impossible, among the VMs that are known now.
public struct PolicyDiffReply: Codable, Sendable, Equatable {
    /// What would become possible.
    public var gained: [PolicyChange] = []
    /// What would become impossible.
    public var lost: [PolicyChange] = []
    /// How many more lines ``gained`` would have.
    public var omittedGained = 0
    /// How many more lines ``lost`` would have.
    public var omittedLost = 0
    /// What else would change on days to come, when rules of either policy are over.
    public var later: [PolicyLaterChanges] = []
    /// Rules that would have another limit, as `shop/http: limit 2000/s, was none`.
    public var limits: [String] = []
    /// How many live connections the policy would cut.
    public var cutFlows: Int
    /// What a reader may stumble over.
    public var warnings: [PolicyFault]

    /// Creates a reply without changes.
    public init(cutFlows: Int, warnings: [PolicyFault] = []) {
        self.cutFlows = cutFlows
        self.warnings = warnings
    }
}

/// What would change from one day on, and was not told for an earlier one.
public struct PolicyLaterChanges: Codable, Sendable, Equatable {
    /// The first day, in UTC, as `2027-02-01`.
    public var from: String
    /// What would become possible.
    public var gained: [PolicyChange] = []
    /// What would become impossible.
    public var lost: [PolicyChange] = []
    /// How many more lines ``gained`` would have.
    public var omittedGained = 0
    /// How many more lines ``lost`` would have.
    public var omittedLost = 0

    /// Creates a day without changes.
    public init(from: String) { self.from = from }
}

/// Connections that change together: each of the senders with each of the receivers.
public struct PolicyChange: Codable, Sendable, Equatable {
    /// Who opens them: names of groups or VMs, or prefixes.
    public var from: [String]
    /// To whom.
    public var to: [String]
    /// On which services; empty is every one.
    public var services: [String]
    /// Whether it is about frames to all (multicast, broadcast) as they reach the receivers, and
    /// not about packets to the receivers themselves.
    public var toAll: Bool

    /// Creates a change.
    public init(from: [String], to: [String], services: [String], toAll: Bool = false) {
        self.from = from
        self.to = to
        self.services = services
        self.toAll = toAll
    }

    /// `web -> db on tcp/5432`, and `by frames to all` for those.
    public var text: String {
        let on = services.isEmpty ? "" : " on " + services.joined(separator: ", ")
        return from.joined(separator: ", ") + " -> " + to.joined(separator: ", ") + on
            + (toAll ? " by frames to all" : "")
    }
}
