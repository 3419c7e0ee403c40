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
