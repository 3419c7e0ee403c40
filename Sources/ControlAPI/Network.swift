/// A network: an isolated layer 2 segment.
public struct Network: Codable, Sendable, Equatable {
    /// The name, unique on this host.
    public var name: String
    /// The virtual network identifier, 1 to 16,777,215, unique on this host.
    public var vni: Int
    /// The largest IP packet, in bytes, that its ports carry.
    public var mtu: Int
    /// How many ports are attached to it.
    public var ports: Int

    /// Creates a network as it is reported.
    public init(name: String, vni: Int, mtu: Int, ports: Int) {
        self.name = name
        self.vni = vni
        self.mtu = mtu
        self.ports = ports
    }
}

/// The reply to `GET /v1/networks`.
public struct NetworkList: Codable, Sendable, Equatable {
    /// Every network, by name.
    public var networks: [Network]

    /// Creates a list.
    public init(networks: [Network]) {
        self.networks = networks
    }
}

/// The body of `POST /v1/networks`.
public struct NetworkRequest: RequestBody, Equatable {
    /// The name of the new network: letters, digits, `-`, `_`, `.`.
    public var name: String
    /// The virtual network identifier, 1 to 16,777,215.
    public var vni: Int
    /// The largest IP packet in bytes; nil means 1,500.
    public var mtu: Int?

    /// Creates a request.
    public init(name: String, vni: Int, mtu: Int? = nil) {
        self.name = name
        self.vni = vni
        self.mtu = mtu
    }

    /// The keys that this request knows.
    public enum CodingKeys: String, CodingKey, CaseIterable { case name, vni, mtu }

    /// Decodes a request; refuses unknown keys.
    public init(from decoder: any Decoder) throws {
        let keyed = try decoder.strictContainer(CodingKeys.self)
        name = try keyed.decode(String.self, forKey: .name)
        vni = try keyed.wholeNumber(.vni)
        mtu = try keyed.wholeNumberIfPresent(.mtu)
    }
}
