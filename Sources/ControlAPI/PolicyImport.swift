/// The body of `POST /v1/policy/import`: files that hold NetworkPolicies of Kubernetes.
public struct PolicyImportRequest: RequestBody, Equatable {
    /// The name of the policy that is written unless the request gives another.
    public static let standardName = "kubernetes"

    /// The files; all NetworkPolicies in them are translated together.
    public var files: [PolicyFileText]
    /// The label by which a VM says which namespace it is in; nil when there is one namespace,
    /// which every VM is in.
    public var namespaceLabel: String?
    /// The name of the policy that is written; nil for ``standardName``.
    public var name: String?

    /// Creates a request.
    public init(files: [PolicyFileText], namespaceLabel: String? = nil, name: String? = nil) {
        self.files = files
        self.namespaceLabel = namespaceLabel
        self.name = name
    }

    /// The keys that this request knows.
    public enum CodingKeys: String, CodingKey, CaseIterable { case files, namespaceLabel, name }

    /// Decodes a request; refuses unknown keys.
    public init(from decoder: any Decoder) throws {
        let keyed = try decoder.strictContainer(CodingKeys.self)
        files = try keyed.decode([PolicyFileText].self, forKey: .files)
        namespaceLabel = try keyed.decodeIfPresent(String.self, forKey: .namespaceLabel)
        name = try keyed.decodeIfPresent(String.self, forKey: .name)
    }
}

/// The reply to `POST /v1/policy/import`; nothing was changed.
public struct PolicyImportReply: Codable, Sendable, Equatable {
    /// The policy, as a file that can be checked and applied.
    public var text: String
    /// How many NetworkPolicies it stands for.
    public var policies: Int
    /// What a reader may stumble over: parts of the files that have no effect in Kubernetes either.
    public var notes: [PolicyFault]

    /// Creates a reply.
    public init(text: String, policies: Int, notes: [PolicyFault]) {
        self.text = text
        self.policies = policies
        self.notes = notes
    }
}
