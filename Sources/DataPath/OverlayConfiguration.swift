import Overlay
import Packet
import PolicyEngine

/// The other hosts and their VMs, as the data path knows them: part of a ``SwitchConfiguration``.
package struct OverlayConfiguration: Sendable {
    /// The hosts, each with a number of its own.
    package var peers: [OverlayPeer]
    /// The VMs that live there.
    package var stations: [RemoteStation]

    /// An overlay of these peers and the VMs behind them.
    package init(peers: [OverlayPeer] = [], stations: [RemoteStation] = []) {
        self.peers = peers
        self.stations = stations
    }
}

/// Another host.
package struct OverlayPeer: Sendable {
    /// Who it is to the handshake.
    package var settings: PeerSettings
    /// Its address inside the encryption: what its packets must come from.
    package var address: IPAddress
    /// Whether it takes the group policy field of VXLAN-GBP; a plain kernel peer may not.
    package var takesGroups = true

    /// The peer with these keys at this overlay address.
    package init(_ settings: PeerSettings, address: IPAddress) {
        self.settings = settings
        self.address = address
    }
}

/// A VM on another host, and what that host may say in its name.
package struct RemoteStation: Sendable {
    /// The host it lives on.
    package var peer: PeerNumber
    /// The position of its network in ``SwitchConfiguration/networks``.
    package var network: Int
    /// The addresses it may use.
    package var binding: PortBinding
    /// Its group tag (``GroupTag``): both hosts must mean the same labels.
    package var group: UInt16

    /// The VM of `binding` at `peer`.
    package init(peer: PeerNumber, network: Int, binding: PortBinding, group: UInt16) {
        self.peer = peer
        self.network = network
        self.binding = binding
        self.group = group
    }
}
