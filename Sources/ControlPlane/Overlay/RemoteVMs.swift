import Packet
import PolicyEngine

/// The VMs on other hosts, as policies and reports need them.
package struct RemoteVMs: Sendable {
    /// A VM on another host.
    package struct Place: Equatable, Sendable {
        /// The VM's name.
        package let vm: String
        /// The host it lives on.
        package let host: String
    }

    /// An address in one network.
    private struct Key: Hashable {
        let network: VNI
        let address: IPAddress
    }

    /// What policies may speak of.
    package private(set) var endpoints: [PolicyEndpoint] = []
    private var places: [Key: Place] = [:]

    /// None.
    package init() {}

    /// The VMs of `hosts` in networks that exist here, and the hosts themselves.
    package init(
        of hosts: [Directory.Host], _ hostNumbers: PeerNumbers, networks: [StoredNetwork]
    ) {
        let numbers = Dictionary(uniqueKeysWithValues: networks.map { ($0.name, $0.vni) })
        for host in hosts {
            for vm in host.vms {
                guard let network = numbers[vm.network] else { continue }
                var endpoint = vm.endpoint(in: network)
                endpoint.isJudged = host.kind == .vswitch
                add(endpoint, on: host.name)
            }
            guard let number = hostNumbers[host.name], let address = host.address else { continue }
            add(HostEndpoint.endpoint(of: host.name, number.rawValue, at: address), on: host.name)
        }
    }

    private mutating func add(_ endpoint: PolicyEndpoint, on host: String) {
        endpoints.append(endpoint)
        for address in endpoint.ownedAddresses {
            places[Key(network: endpoint.network, address: address)] = Place(
                vm: endpoint.vm, host: host)
        }
    }

    /// Whose address this is in a network; nil for an address that no VM elsewhere is bound to.
    package func place(of address: IPAddress, in network: VNI) -> Place? {
        places[Key(network: network, address: address)]
    }
}

extension Directory.VM {
    /// The VM as policies see it: elsewhere, so without a port.
    fileprivate func endpoint(in network: VNI) -> PolicyEndpoint {
        var endpoint = PolicyEndpoint(vm: name, labels: labels, network: network, mac: mac)
        endpoint.addresses = addresses
        endpoint.anyAddress = anyAddress
        return endpoint
    }

    /// The addresses as port security wants them.
    var binding: PortBinding {
        PortBinding(mac: mac, addresses: addresses, anyAddress: anyAddress).entitled(by: labels)
    }
}
