import ControlAPI
import Packet
import Ports

// Networks: isolated segments that ports are attached to.
extension SwitchController {
    /// The MTUs that a network may have: what every IPv4 host must take (RFC 791 §3.2), up to what
    /// the largest Ethernet frame of the data path holds.
    static let mtuRange = 576...65_521

    /// Every network, by name.
    package func networks() -> NetworkList {
        NetworkList(networks: state.networks.map(report).sorted { $0.name < $1.name })
    }

    /// The network of this name.
    package func network(named name: String) throws(Problem) -> Network {
        guard let network = state.networks.first(where: { $0.name == name }) else {
            throw Problem.noNetwork(name, field: "name")
        }
        return report(network)
    }

    /// Adds a network.
    package func addNetwork(_ request: NetworkRequest) async throws(Problem) -> Network {
        await beginChange()
        defer { endChange() }
        let network = try validated(request)
        try commit { state in
            state.networks.append(network)
            state.generation += 1
        }
        publish()
        return report(network)
    }

    /// Removes a network that has no ports.
    package func removeNetwork(_ name: String) async throws(Problem) {
        await beginChange()
        defer { endChange() }
        let network = try network(named: name)
        if name == StoredNetwork.default.name {
            throw Problem(.conflict, "The network 'default' always exists.", field: "name")
        }
        guard !state.ports.contains(where: { $0.network == name }) else {
            throw Problem(
                .conflict, "Network '\(name)' has \(network.ports) port(s).", field: "name",
                hint: "Detach them first; 'vswctl port list' shows them.")
        }
        if let user = overlay.directory.others(than: host.name).first(where: { other in
            other.vms.contains { $0.network == name }
        }) {
            throw Problem(
                .conflict, "Host '\(user.name)' has VMs in network '\(name)', by the directory.",
                field: "name", hint: "Apply a directory without them first.")
        }
        try commit { state in
            state.networks.removeAll { $0.name == name }
            state.generation += 1
        }
        publish()
    }

    private func validated(_ request: NetworkRequest) throws(Problem) -> StoredNetwork {
        try NameSyntax.check(request.name, "the name of a network", field: "name")
        guard let vni = UInt32(exactly: request.vni).flatMap(VNI.init), vni.rawValue > 0 else {
            throw Problem(
                .invalidRequest, "'vni' must be a whole number from 1 to 16777215.", field: "vni")
        }
        if request.name == HostEndpoint.network {
            throw Problem(
                .conflict, "The network 'host' is the hosts' own.", field: "name",
                hint: "Choose another name.")
        }
        let mtu = request.mtu ?? StoredNetwork.default.mtu
        guard Self.mtuRange.contains(mtu) else {
            throw Problem(
                .invalidRequest,
                "'mtu' must be a whole number of bytes from \(Self.mtuRange.lowerBound) to"
                    + " \(Self.mtuRange.upperBound).", field: "mtu")
        }
        for network in state.networks {
            if network.name == request.name {
                throw Problem(
                    .conflict, "There is already a network '\(network.name)'.", field: "name")
            }
            if network.vni == vni {
                throw Problem(
                    .conflict, "Network '\(network.name)' already has the VNI \(vni).",
                    field: "vni")
            }
        }
        return StoredNetwork(name: request.name, vni: vni, mtu: mtu)
    }

    private func report(_ network: StoredNetwork) -> Network {
        let ports = attachedPorts.count { $0.network == network.name }
        return Network(
            name: network.name, vni: Int(network.vni.rawValue), mtu: network.mtu, ports: ports)
    }
}
