/// A frame that was dropped at a port, and how often the like of it came in a row.
public struct Drop: Codable, Sendable, Equatable {
    /// When the last of them was dropped, in UTC, as `2026-11-21T17:00:00.042Z` (RFC 3339).
    public var at: String
    /// When the first of them was.
    public var since: String
    /// How many there were.
    public var count: UInt64
    /// Why: a drop reason.
    public var reason: String
    /// The reason in a sentence, with what to do.
    public var explanation: String
    /// Whether the port's VM sent it; else it was for that VM, and its rules did not let it in.
    public var sent = true
    /// The network; nil when the port had none.
    public var network: String?
    /// The sender; nil when the frame's headers were not read so far.
    public var from: FlowEnd?
    /// The receiver.
    public var to: FlowEnd?
    /// The sender's MAC address.
    public var sourceMAC: String?
    /// The receiver's MAC address.
    public var destinationMAC: String?
    /// The service as rules name it: `tcp/443`.
    public var service: String?
    /// The rule that refused it; nil when no rule did, `(replaced since)` when its policy is
    /// forgotten.
    public var rule: RuleReference?
    /// The generation under which it was judged.
    public var generation: UInt64
    /// What the policy in force now says to it; nil when rules were not what dropped it.
    public var now: DropNow?

    /// Creates a drop.
    public init(at: String, count: UInt64, reason: String, generation: UInt64) {
        self.at = at
        since = at
        self.count = count
        self.reason = reason
        explanation = ""
        self.generation = generation
    }
}

/// What the policy in force says to a frame that was dropped before.
public struct DropNow: Codable, Sendable, Equatable {
    /// The verdict.
    public var verdict: Verdict
    /// Whether the rule stands in a file in audit mode and would have refused.
    public var audited = false
    /// The rule that decides.
    public var rule: RuleReference

    /// Creates a judgement.
    public init(verdict: Verdict, rule: RuleReference) {
        self.verdict = verdict
        self.rule = rule
    }
}

/// The reply to `GET /v1/ports/{device}/drops`: the last drops at one port.
public struct DropList: Codable, Sendable, Equatable {
    /// The port's device.
    public var device: String
    /// The drops that are remembered, the latest first.
    public var drops: [Drop]

    /// Creates a list.
    public init(device: String, drops: [Drop]) {
        self.device = device
        self.drops = drops
    }
}

/// Which drops are asked for: the query of `GET /v1/ports/{device}/drops`.
public struct DropQuery: Sendable, Equatable {
    /// Only drops of the last so many seconds.
    public var last: Int?

    /// Creates a question; without a limit it asks for every drop that is remembered.
    public init(last: Int? = nil) {
        self.last = last
    }

    /// The names that the query knows.
    public static let names = ["last"]

    /// The query's fields, for a request.
    public var query: [(name: String, value: String)] {
        last.map { [("last", "\($0)")] } ?? []
    }

    /// Reads a query whose names and values are already percent-decoded; refuses unknown names.
    public init(query: some Sequence<(name: String, value: String)>) throws(Problem) {
        self.init()
        for (name, value) in query {
            guard name == "last" else { throw Problem.unknownParameter(name, known: Self.names) }
            guard let seconds = Int(value), seconds > 0 else {
                throw Problem(
                    .invalidRequest, "'\(value)' is not a number of seconds from 1.",
                    field: "last")
            }
            last = seconds
        }
    }
}
