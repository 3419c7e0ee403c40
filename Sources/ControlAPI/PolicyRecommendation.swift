/// The body of `POST /v1/policy/recommend`: which connections a policy is to be written for.
public struct PolicyRecommendRequest: RequestBody, Equatable {
    /// The name of the policy that is written unless the request gives another.
    public static let standardName = "recommended"

    /// Only connections with one of these VMs at either end, and only their ports are governed;
    /// empty takes every connection.
    public var vms: [String]
    /// The name of the policy that is written; nil for ``standardName``.
    public var name: String?

    /// Creates a request.
    public init(vms: [String] = [], name: String? = nil) {
        self.vms = vms
        self.name = name
    }

    /// The keys that this request knows.
    public enum CodingKeys: String, CodingKey, CaseIterable { case vms, name }

    /// Decodes a request; refuses unknown keys.
    public init(from decoder: any Decoder) throws {
        let keyed = try decoder.strictContainer(CodingKeys.self)
        vms = try keyed.decodeIfPresent([String].self, forKey: .vms) ?? []
        name = try keyed.decodeIfPresent(String.self, forKey: .name)
    }
}

/// The reply to `POST /v1/policy/recommend`; nothing was changed.
public struct PolicyRecommendReply: Codable, Sendable, Equatable {
    /// The policy, in audit mode, as a file that can be checked and applied.
    public var text: String
    /// How many live connections it was written from.
    public var connections: Int
    /// Whether more connections live than were looked at.
    public var truncated: Bool

    /// Creates a reply.
    public init(text: String, connections: Int, truncated: Bool = false) {
        self.text = text
        self.connections = connections
        self.truncated = truncated
    }
}
