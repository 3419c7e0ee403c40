import DataPath
import Overlay
import Packet
import PolicyEngine

/// From the directory to what the data path needs of the other hosts.
package struct OverlayPlan {
    /// The other hosts.
    let hosts: [Directory.Host]
    /// Their numbers.
    let numbers: PeerNumbers
    /// The keys shared with some of them.
    let preshared: PresharedKeys
    /// The networks, in the order that their positions in the data path have.
    let networks: [StoredNetwork]

    /// A plan for these hosts; those without a number are left out.
    package init(
        hosts: [Directory.Host], _ numbers: PeerNumbers, _ preshared: PresharedKeys,
        networks: [StoredNetwork]
    ) {
        self.hosts = hosts
        self.numbers = numbers
        self.preshared = preshared
        self.networks = networks
    }

    /// The peers, and the VMs behind them in networks that exist here.
    package var configuration: OverlayConfiguration {
        let positions = Dictionary(
            uniqueKeysWithValues: networks.enumerated().map { ($0.element.name, $0.offset) })
        var configuration = OverlayConfiguration()
        for host in hosts {
            guard let number = numbers[host.name], let address = host.address else { continue }
            configuration.peers.append(peer(host, number, address))
            if let position = positions[HostEndpoint.network] {
                configuration.stations.append(station(of: host.name, number, address, position))
            }
            for vm in host.vms {
                guard let network = positions[vm.network] else { continue }
                configuration.stations.append(
                    RemoteStation(
                        peer: number, network: network, binding: vm.binding,
                        group: GroupTag.of(vm.labels)))
            }
        }
        return configuration
    }

    /// The host itself, as an endpoint of the hosts' network.
    private func station(
        of name: String, _ number: PeerNumber, _ address: IPAddress, _ network: Int
    ) -> RemoteStation {
        RemoteStation(
            peer: number, network: network,
            binding: PortBinding(
                mac: HostEndpoint.mac(of: number.rawValue), addresses: [address]),
            group: GroupTag.of(HostEndpoint.labels(name)))
    }

    private func peer(
        _ host: Directory.Host, _ number: PeerNumber, _ address: IPAddress
    ) -> OverlayPeer {
        // A host whose shared key cannot be had is mute: without that key it must not be reached.
        let isMute = preshared.faults[host.name] != nil
        var settings = PeerSettings(number: number, publicKeys: isMute ? [] : host.publicKeys)
        settings.preshared = preshared.keys[host.name] ?? .zero
        settings.endpoint = host.endpoint
        settings.roams = host.roams
        settings.persistentKeepalive = host.persistentKeepalive
        var peer = OverlayPeer(settings, address: address)
        peer.takesGroups = host.kind == .vswitch
        return peer
    }
}
