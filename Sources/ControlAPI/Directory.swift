/// The body of `POST /v1/directory/check` and of `PUT /v1/directory`: the file that is to be the
/// whole directory, as the client read it. The daemon opens no files for its clients.
public struct DirectoryRequest: RequestBody, Equatable {
    /// The largest file that is taken, in bytes.
    public static let byteCountMax = 1 << 20

    /// The path as the user typed it; errors name the file by it.
    public var path: String
    /// The file's text, at most 1 MiB.
    public var text: String

    /// Creates a request.
    public init(path: String, text: String) {
        self.path = path
        self.text = text
    }

    /// The keys that this request knows.
    public enum CodingKeys: String, CodingKey, CaseIterable { case path, text }

    /// Decodes a request; refuses unknown keys.
    public init(from decoder: any Decoder) throws {
        let keyed = try decoder.strictContainer(CodingKeys.self)
        path = try keyed.decode(String.self, forKey: .path)
        text = try keyed.decode(String.self, forKey: .text)
    }
}

/// The reply to `POST /v1/directory/check`: what `apply` would say; nothing was changed.
public struct DirectoryCheckReply: Codable, Sendable, Equatable {
    /// Whether the file would be applied as it is.
    public var valid: Bool
    /// How many other hosts it has.
    public var hosts: Int
    /// How many interfaces of VMs live there.
    public var vms: Int
    /// What keeps the file from being applied.
    public var errors: [PolicyFault]

    /// Creates a reply; it is valid when there are no errors.
    public init(hosts: Int, vms: Int, errors: [PolicyFault]) {
        valid = errors.isEmpty
        self.hosts = hosts
        self.vms = vms
        self.errors = errors
    }
}

/// The reply to `PUT /v1/directory`: the directory is in force.
public struct DirectoryApplyReply: Codable, Sendable, Equatable {
    /// The new generation.
    public var generation: UInt64
    /// How many other hosts there are.
    public var hosts: Int
    /// How many interfaces of VMs live there.
    public var vms: Int
    /// What a person should look at: one sentence each.
    public var warnings: [String]

    /// Creates a reply.
    public init(generation: UInt64, hosts: Int, vms: Int, warnings: [String] = []) {
        self.generation = generation
        self.hosts = hosts
        self.vms = vms
        self.warnings = warnings
    }
}

/// The reply to `GET /v1/directory`: the directory in force.
public struct DirectoryShow: Codable, Sendable, Equatable {
    /// The generation in which it was applied; 0 when none was.
    public var generation: UInt64
    /// The file it came from; empty when none was applied.
    public var path: String
    /// The hosts, as they stand there.
    public var hosts: [DirectoryHost]
    /// The file as it was applied.
    public var text: String

    /// Creates a directory as it is shown.
    public init(generation: UInt64, path: String, hosts: [DirectoryHost], text: String) {
        self.generation = generation
        self.path = path
        self.hosts = hosts
        self.text = text
    }
}

/// One host of the directory.
public struct DirectoryHost: Codable, Sendable, Equatable {
    /// Its name.
    public var name: String
    /// Whether it is this host: its VMs are its ports, so what is listed of them counts elsewhere.
    public var own: Bool
    /// What runs there: `vswitch`, or `linux` for WireGuard and VXLAN of a kernel.
    public var kind: String
    /// Its public keys in base64, the one that is called first.
    public var publicKeys: [String] = []
    /// The file that holds the key shared with it.
    public var presharedKeyFile: String?
    /// Where its datagrams go to, as `192.0.2.2:51820`; nil when it always calls first.
    public var endpoint: String?
    /// Its address inside the encryption; nil only on this host.
    public var address: String?
    /// Whether it is followed to wherever its authentic datagrams come from.
    public var roaming = false
    /// After how many silent seconds it is sent an empty datagram.
    public var persistentKeepalive: Int?
    /// The interfaces of its VMs.
    public var vms: [DirectoryVM] = []

    /// Creates a host.
    public init(name: String, own: Bool, kind: String) {
        self.name = name
        self.own = own
        self.kind = kind
    }
}

/// The interface of a VM in one network.
public struct DirectoryVM: Codable, Sendable, Equatable {
    /// The VM's name.
    public var name: String
    /// The network's name.
    public var network: String
    /// The MAC address of its NIC.
    public var mac: String
    /// The addresses it may use; `any` stands for every one.
    public var ip: [String]
    /// The labels by which policies select it.
    public var labels: [String: String]

    /// Creates an interface.
    public init(name: String, network: String, mac: String) {
        self.name = name
        self.network = network
        self.mac = mac
        ip = []
        labels = [:]
    }
}
