import Packet
import PolicyEngine

/// The hosts themselves as endpoints of a network of their own, so that policies can speak of their
/// traffic: live migration, high availability, storage replication.
package enum HostEndpoint {
    /// The device by which the host itself takes part in the overlay.
    package static let device = OverlaySettings.hostPort
    /// The label that every host has, with its name as the value; no VM may have it.
    package static let label = "vswitch/host"
    /// The name of the hosts' network, which nobody adds or removes.
    package static let network = "host"
    /// The address under which the switch knows this host, locally administered (IEEE 802 §8.4).
    static let mac = MACAddress(rawValue: 0x0200_0000_0002)

    /// The labels of the host of this name.
    static func labels(_ host: String) -> [String: String] { [label: host] }

    /// The address under which the switch knows the host with this number.
    static func mac(of number: UInt16) -> MACAddress {
        MACAddress(rawValue: 0x0200_0100_0000 | UInt64(number))
    }

    /// The port of the host `name`, with this address inside the encryption.
    static func port(of name: String, at address: IPAddress) -> StoredPort {
        var port = StoredPort(device: device, mode: .host, network: network)
        port.phase = .attached
        port.vm = name
        port.mac = mac
        port.addresses = [address]
        port.labels = labels(name)
        return port
    }

    /// Another host, as policies see it.
    static func endpoint(
        of name: String, _ number: UInt16, at address: IPAddress
    ) -> PolicyEndpoint {
        var endpoint = PolicyEndpoint(
            vm: name, labels: labels(name), network: .hosts, mac: mac(of: number))
        endpoint.addresses = [address]
        return endpoint
    }
}
