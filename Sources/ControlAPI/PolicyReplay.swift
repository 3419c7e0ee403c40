/// The body of `POST /v1/policy/replay`: frames of a capture, and the policy under which they would
/// be judged.
///
/// The daemon keeps nothing between requests. A long capture is sent in several, and whoever sends
/// it joins the replies.
public struct ReplayRequest: RequestBody, Equatable {
    /// The most frames that one request carries.
    public static let frameCountMax = 20_000

    /// The candidate: files that would be the whole policy.
    public var files: [PolicyFileText]
    /// Whether they are taken as if they were applied with ``PolicyApplyRequest/audit``.
    public var audit = false
    /// The names of the capture's interfaces; one that is a device of this host tells the network.
    public var interfaces: [String]
    /// The frames, in the order in which they were seen.
    public var frames: [ReplayFrame]

    /// Creates a request.
    public init(files: [PolicyFileText], interfaces: [String], frames: [ReplayFrame]) {
        self.files = files
        self.interfaces = interfaces
        self.frames = frames
    }

    /// The keys that this request knows.
    public enum CodingKeys: String, CodingKey, CaseIterable {
        case files, audit, interfaces, frames
    }

    /// Decodes a request; refuses unknown keys.
    public init(from decoder: any Decoder) throws {
        let keyed = try decoder.strictContainer(CodingKeys.self)
        files = try keyed.decode([PolicyFileText].self, forKey: .files)
        audit = try keyed.decodeIfPresent(Bool.self, forKey: .audit) ?? false
        interfaces = try keyed.decode([String].self, forKey: .interfaces)
        frames = try keyed.decode([ReplayFrame].self, forKey: .frames)
    }
}

/// One frame of a capture.
public struct ReplayFrame: RequestBody, Equatable {
    /// How much of a frame is worth sending, in bytes: every header lies within.
    public static let byteCountMax = 192

    /// The index of its interface in ``ReplayRequest/interfaces``.
    public var interface: Int
    /// The length of the whole frame, in bytes.
    public var length: Int
    /// The first bytes of the frame, in Base64 (RFC 4648 §4).
    public var data: String

    /// Creates a frame.
    public init(interface: Int, length: Int, data: String) {
        self.interface = interface
        self.length = length
        self.data = data
    }

    /// The keys that this request knows.
    public enum CodingKeys: String, CodingKey, CaseIterable { case interface, length, data }

    /// Decodes a frame; refuses unknown keys.
    public init(from decoder: any Decoder) throws {
        let keyed = try decoder.strictContainer(CodingKeys.self)
        interface = try keyed.wholeNumber(.interface)
        length = try keyed.wholeNumber(.length)
        data = try keyed.decode(String.self, forKey: .data)
    }
}

/// The reply to `POST /v1/policy/replay`; nothing was changed.
public struct ReplayReply: Codable, Sendable, Equatable {
    /// The connections in the frames, in the order in which they were first seen.
    public var connections: [ReplayConnection]
    /// The frames that belong to none of them.
    public var ignored: ReplayIgnored

    /// Creates a reply.
    public init(connections: [ReplayConnection], ignored: ReplayIgnored) {
        self.connections = connections
        self.ignored = ignored
    }
}

/// A connection of a capture, and what two policies say of it.
public struct ReplayConnection: Codable, Sendable, Equatable {
    /// The network.
    public var network: String
    /// The service as rules name it: `tcp/443`, `icmp/8`.
    public var service: String
    /// The end that opened it; where its beginning was not seen, the one that spoke first.
    public var from: FlowEnd
    /// The other end.
    public var to: FlowEnd
    /// How many of the frames belong to it.
    public var packets = 0
    /// What the policy in force says; nil when the connection's beginning is not in the frames.
    public var before: ReplayVerdict?
    /// What the candidate says; nil when the connection's beginning is not in the frames.
    public var after: ReplayVerdict?

    /// Creates a connection that is not judged yet.
    public init(network: String, service: String, from: FlowEnd, to: FlowEnd) {
        self.network = network
        self.service = service
        self.from = from
        self.to = to
    }
}

/// What one policy says of a connection.
public struct ReplayVerdict: Codable, Sendable, Equatable {
    /// What becomes of it: both ends must allow.
    public var verdict: Verdict
    /// The deciding rules: the one that refuses, or those that allow, the sender's first.
    public var rules: [RuleReference]
    /// Whether a rule in audit mode would have refused it.
    public var audited = false

    /// Creates a verdict.
    public init(_ verdict: Verdict, rules: [RuleReference]) {
        self.verdict = verdict
        self.rules = rules
    }
}

/// Frames of a capture that belong to no connection, by reason.
public struct ReplayIgnored: Codable, Sendable, Equatable {
    /// No sound frame, or its headers are not all there.
    public var unreadable = 0
    /// ARP, neighbour discovery, leases of addresses, group membership, ICMP errors and later
    /// fragments: no rule decides about them.
    public var ungoverned = 0
    /// Neither end is a VM that is known here.
    public var outside = 0
    /// The addresses belong to VMs of several networks, and the interface is no device of this
    /// host.
    public var ambiguous = 0

    /// Nothing was ignored.
    public init() {}
}
