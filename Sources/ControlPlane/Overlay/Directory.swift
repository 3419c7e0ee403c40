import Overlay
import Packet

/// Which hosts there are, and which VMs may speak from each: what a host must know of the others.
///
/// The one form of it, wherever it comes from: today a file (``DirectoryFile``). A host's own VMs
/// are its ports, so the entry that bears this host's own name gives it nothing to forward; one
/// file thus serves every host.
package struct Directory: Equatable, Sendable {
    /// The hosts, as they were listed; no name twice.
    package var hosts: [Host]

    /// A directory of these hosts.
    package init(_ hosts: [Host] = []) {
        self.hosts = hosts
    }

    /// One host.
    package struct Host: Equatable, Sendable {
        /// Its name: what `vswitchd --name` says there.
        package var name: String
        /// The keys it is known by: the first is the one to call, each may call us.
        package var publicKeys: [PublicKey] = []
        /// The file, on this host, that holds the key shared with that host.
        package var presharedKeyFile: String?
        /// Where its datagrams go to; nil for one that always calls first.
        package var endpoint: UnderlayAddress?
        /// Its address inside the encryption.
        package var address: IPAddress?
        /// What runs there.
        package var kind = Kind.vswitch
        /// Whether it is followed to wherever its authentic datagrams come from.
        package var roams = false
        /// After how many silent seconds it is sent an empty datagram; keeps a NAT open.
        package var persistentKeepalive: UInt16?
        /// The network interfaces of the VMs that live there.
        package var vms: [VM] = []

        /// A host of which nothing is known but its name.
        package init(name: String) {
            self.name = name
        }
    }

    /// What runs on a host.
    package enum Kind: String, CaseIterable, Sendable {
        /// This switch.
        case vswitch
        /// WireGuard and VXLAN of a Linux kernel, or wireguard-go.
        case linux
    }

    /// A VM's interface in one network.
    package struct VM: Equatable, Sendable {
        /// The VM's name.
        package var name: String
        /// The network's name.
        package var network: String
        /// The address of its NIC.
        package var mac: MACAddress
        /// The addresses it may use.
        package var addresses: [IPAddress] = []
        /// Whether it may use every address, as a router does.
        package var anyAddress = false
        /// What policies select it by.
        package var labels: [String: String] = [:]

        /// An interface that may not use any IP address yet.
        package init(name: String, network: String, mac: MACAddress) {
            self.name = name
            self.network = network
            self.mac = mac
        }
    }

    /// The host of this name.
    package func host(_ name: String) -> Host? { hosts.first { $0.name == name } }

    /// The hosts other than the one of this name.
    package func others(than name: String) -> [Host] { hosts.filter { $0.name != name } }
}
