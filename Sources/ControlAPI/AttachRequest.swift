/// The body of `POST /v1/ports`.
public struct AttachRequest: RequestBody, Equatable {
    /// The network device, or the socket path of a `vhost-user` port.
    public var device: String
    /// The VM whose port this is; required unless `uplink`.
    public var vm: String?
    /// The network's name; nil means `default`.
    public var network: String?
    /// How to attach; nil means `tap` when the device does not exist, else `netdev`.
    public var mode: PortMode?
    /// The network namespace (a name under `/run/netns`, or a path) that the device belongs in.
    public var netns: String?
    /// The MAC address to bind; nil takes the device's own, or makes one for a new TAP.
    public var mac: String?
    /// The addresses to bind; `any` stands for every address, and none means no IP at all.
    public var ip: [String]
    /// The labels by which policies select the VM.
    public var labels: [String: String] = [:]
    /// Whether the device leads to a physical network.
    public var uplink = false
    /// The 802.1Q tag of the network's frames there; only with `uplink`.
    public var vlan: Int?

    /// Creates a request to attach `device`; what is not named here is set afterwards.
    public init(
        device: String, vm: String? = nil, network: String? = nil, ip: [String] = []
    ) {
        self.device = device
        self.vm = vm
        self.network = network
        self.ip = ip
    }

    /// The keys that this request knows.
    public enum CodingKeys: String, CodingKey, CaseIterable {
        case device, vm, network, mode, netns, mac, ip, labels, uplink, vlan
    }

    /// Decodes a request: only `device` is required; refuses unknown keys.
    public init(from decoder: any Decoder) throws {
        let keyed = try decoder.strictContainer(CodingKeys.self)
        device = try keyed.decode(String.self, forKey: .device)
        vm = try keyed.decodeIfPresent(String.self, forKey: .vm)
        network = try keyed.decodeIfPresent(String.self, forKey: .network)
        mode = try keyed.decodeIfPresent(PortMode.self, forKey: .mode)
        netns = try keyed.decodeIfPresent(String.self, forKey: .netns)
        mac = try keyed.decodeIfPresent(String.self, forKey: .mac)
        ip = try keyed.decodeIfPresent([String].self, forKey: .ip) ?? []
        labels = try keyed.decodeIfPresent([String: String].self, forKey: .labels) ?? [:]
        uplink = try keyed.decodeIfPresent(Bool.self, forKey: .uplink) ?? false
        vlan = try keyed.wholeNumberIfPresent(.vlan)
    }
}
