/// The reply to `GET /v1/policy-history`: the policies that were in force.
public struct PolicyHistory: Codable, Sendable, Equatable {
    /// The generations that are remembered, the latest first.
    public var generations: [PolicyGeneration]
    /// The policy in force that waits to be confirmed, if it does.
    public var confirmation: PolicyConfirmation?

    /// Creates a history.
    public init(generations: [PolicyGeneration], confirmation: PolicyConfirmation? = nil) {
        self.generations = generations
        self.confirmation = confirmation
    }
}

/// One policy that was in force.
public struct PolicyGeneration: Codable, Sendable, Equatable {
    /// The generation in which it came into force.
    public var generation: UInt64
    /// When, in UTC, as `2026-11-21T17:00:00Z` (RFC 3339).
    public var appliedAt: String
    /// How it came into force: `applied`, `rolled back to 7`.
    public var origin: String
    /// The digest of its files (BLAKE2s): equal digests are the same policy.
    public var digest: String
    /// The paths of its files; none is no policy.
    public var files: [String]
    /// Whether files were applied in audit mode, whatever they say themselves.
    public var audited: Bool
    /// Whether it is in force.
    public var current: Bool

    /// Creates a generation.
    public init(
        generation: UInt64, appliedAt: String, origin: String, digest: String
    ) {
        self.generation = generation
        self.appliedAt = appliedAt
        self.origin = origin
        self.digest = digest
        files = []
        audited = false
        current = false
    }
}

/// A policy that is in force only for a time, unless someone confirms it.
public struct PolicyConfirmation: Codable, Sendable, Equatable {
    /// The generation that waits.
    public var generation: UInt64
    /// The generation that returns otherwise; 0 is no policy.
    public var fallback: UInt64
    /// In how many seconds.
    public var secondsLeft: Int

    /// Creates a confirmation that is waited for.
    public init(generation: UInt64, fallback: UInt64, secondsLeft: Int) {
        self.generation = generation
        self.fallback = fallback
        self.secondsLeft = secondsLeft
    }
}

/// The reply to `POST /v1/policy/confirm`: the policy stays in force.
public struct PolicyConfirmReply: Codable, Sendable, Equatable {
    /// The generation that is confirmed.
    public var generation: UInt64

    /// Creates a reply.
    public init(generation: UInt64) {
        self.generation = generation
    }
}

/// The body of `POST /v1/policy/rollback`: which policy is to be in force again.
public struct PolicyRollbackRequest: RequestBody, Equatable {
    /// The generation in which it came into force; 0 is no policy.
    public var generation: Int

    /// Creates a request.
    public init(generation: Int) {
        self.generation = generation
    }

    /// The keys that this request knows.
    public enum CodingKeys: String, CodingKey, CaseIterable { case generation }

    /// Decodes a request; refuses unknown keys.
    public init(from decoder: any Decoder) throws {
        let keyed = try decoder.strictContainer(CodingKeys.self)
        generation = try keyed.wholeNumber(.generation)
    }
}
