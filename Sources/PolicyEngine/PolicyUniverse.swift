public import Packet

/// A VM's place in one network: who it is, which addresses are bound to it, and where it is
/// attached.
public struct PolicyEndpoint: Hashable, Sendable {
    /// The VM's name; a VM has one endpoint for each network it is in.
    public var vm: String
    /// Its labels.
    public var labels: [String: String]
    /// The network.
    public var network: VNI
    /// The bound MAC address.
    public var mac: MACAddress
    /// The bound addresses.
    public var addresses: [IPAddress]
    /// Whether the VM may use every address, as a router does.
    public var anyAddress: Bool
    /// The port of this switch; nil for a VM elsewhere.
    public var port: PortNumber?
    /// Whether a switch judges what it sends and receives; false for a VM on a host that has none
    /// (a directory's `kind: linux`): its end then passes everything.
    public var isJudged = true

    /// An endpoint with nothing bound yet.
    public init(
        vm: String, labels: [String: String] = [:], network: VNI, mac: MACAddress
    ) {
        self.vm = vm
        self.labels = labels
        self.network = network
        self.mac = mac
        addresses = []
        anyAddress = false
    }

    /// Whether an IPv4 address is bound.
    var hasIPv4Address: Bool { addresses.contains(where: \.isIPv4) }

    /// The addresses as which its rules judge it: its own, and, without an IPv4 address, 0.0.0.0,
    /// as which frames to all reach it.
    package var judgedAddresses: [IPAddress] {
        hasIPv4Address ? ownedAddresses : ownedAddresses + [.unspecifiedIPv4]
    }

    /// The bound addresses, and the link-local one that the VM forms from its MAC address.
    public var ownedAddresses: [IPAddress] { addresses + [.linkLocal(mac)] }

    /// Those of its own from which its port lets it send (``PortSecurity``), each once: the formed
    /// one only if it may use IPv6.
    var sendingAddresses: [IPAddress] {
        let mayUseIPv6 = anyAddress || addresses.contains { !$0.isIPv4 }
        return distinctAddresses.filter {
            $0.mayBeSource && (mayUseIPv6 || addresses.contains($0))
        }
    }

    /// Those to which packets may be, each once. An address that two VMs have belongs to one.
    var receivingAddresses: [IPAddress] { distinctAddresses.filter(\.mayBeDestination) }

    /// As which frames to all reach it: its first address of each family (`DataPath/Replication`).
    var groupAddresses: [IPAddress] {
        [
            addresses.first(where: \.isIPv4) ?? .unspecifiedIPv4,
            addresses.first { !$0.isIPv4 } ?? .linkLocal(mac),
        ]
    }

    private var distinctAddresses: [IPAddress] {
        var seen: Set<IPAddress> = []
        return ownedAddresses.filter { seen.insert($0).inserted }
    }
}

/// Every VM that policies may speak of, on this host and on others.
public struct PolicyUniverse: Sendable {
    /// The endpoints. An address that two endpoints of a network claim belongs to the first.
    public var endpoints: [PolicyEndpoint]

    /// The universe of these endpoints.
    public init(endpoints: [PolicyEndpoint] = []) { self.endpoints = endpoints }
}
