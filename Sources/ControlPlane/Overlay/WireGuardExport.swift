import Overlay
import Packet

/// What a plain Linux host runs to join the overlay: WireGuard for the encryption, one VXLAN device
/// for each network in which it has VMs.
package struct WireGuardExport: Sendable {
    /// The WireGuard device that is made there.
    static let device = "vsw-wg0"

    /// A host as the joining one must know it.
    package struct Peer: Sendable {
        /// Its name.
        package var name: String
        /// The key to call it by.
        package var publicKey: PublicKey
        /// Its address on the overlay.
        package var address: IPAddress
        /// Where it listens; nil when it only calls.
        package var endpoint: UnderlayAddress?

        /// A peer with this key and address.
        package init(name: String, publicKey: PublicKey, address: IPAddress) {
            self.name = name
            self.publicKey = publicKey
            self.address = address
        }
    }

    /// A network in which the joining host has VMs.
    package struct Network: Sendable {
        /// Its name.
        package var name: String
        /// Its identifier.
        package var vni: VNI
        /// The hosts that have a part in it, by overlay address.
        package var members: [IPAddress] = []
        /// Which of them the VMs elsewhere live on, by MAC address.
        package var stations: [(mac: MACAddress, host: IPAddress)] = []

        /// A network that nobody else is in.
        package init(name: String, vni: VNI) {
            self.name = name
            self.vni = vni
        }
    }

    /// The host that is to join.
    package var host: Directory.Host
    /// The host whose daemon says this.
    package var teller: String
    /// What the underlay leaves for each layer.
    package var mtu: OverlayMTU
    /// The other hosts.
    package var peers: [Peer] = []
    /// The networks of the joining host.
    package var networks: [Network] = []

    /// What `host` runs, as the host `teller` says.
    package init(for host: Directory.Host, by teller: String, _ mtu: OverlayMTU) {
        self.host = host
        self.teller = teller
        self.mtu = mtu
    }
}

// The text, a shell script: comments for people, commands for `sh`.
extension WireGuardExport {
    /// The whole script.
    package var text: String {
        ([heading, configuration, tunnel] + networks.map(text)).joined(separator: "\n")
    }

    private var heading: String {
        let key = host.publicKeys.first.map(\.base64) ?? "(none in the directory)"
        return """
            #!/bin/sh
            # Joins \(host.name) to the overlay by WireGuard and VXLAN, as \(teller) knows it.
            # As root on \(host.name): sh FILE.
            # Undo: ip link delete \(Self.device), and each vx device.
            #
            # The private key of \(host.name) stays there, in $KEY (mode 0600, made by 'wg genkey').
            # 'wg pubkey < $KEY' must print what the directory says of \(host.name):
            #   \(key)
            set -e
            KEY=${KEY:-/etc/wireguard/\(Self.device).key}

            """
    }

    /// What `wg setconf` reads.
    private var configuration: String {
        let port = host.endpoint.map { "ListenPort = \($0.port)\n" } ?? ""
        return """
            ip link add \(Self.device) type wireguard 2>/dev/null || wireguard-go \(Self.device)
            wg setconf \(Self.device) /dev/stdin <<'END'
            [Interface]
            # PrivateKey = (not here: it is read from $KEY below)
            \(port)\(peers.map(section).joined())END
            wg set \(Self.device) private-key "$KEY"

            """
    }

    private func section(_ peer: Peer) -> String {
        let endpoint =
            peer.endpoint.map { "Endpoint = \($0)\n" }
            ?? "# Endpoint = (not known: add it, or wait until \(peer.name) calls)\n"
        let keepalive = host.roams || peer.endpoint == nil ? "PersistentKeepalive = 25\n" : ""
        return """

            [Peer]
            # \(peer.name)
            PublicKey = \(peer.publicKey)
            AllowedIPs = \(Self.prefix(peer.address))
            \(endpoint)\(keepalive)
            """
    }

    /// The addresses inside the encryption, and the MTU.
    private var tunnel: String {
        let noDetection = mtu.innerIsIPv6 ? " nodad" : ""
        var lines: [String] = []
        if host.presharedKeyFile != nil, let peer = peers.first(where: { $0.name == teller }) {
            lines.append("# \(teller) shares a key with \(host.name): bring it there in a file.")
            lines.append(
                "wg set \(Self.device) peer \(peer.publicKey) preshared-key"
                    + " \"${PSK:-/etc/wireguard/\(Self.device).psk}\"")
        }
        if let address = host.address {
            lines.append(
                "ip address add \(Self.prefix(address)) dev \(Self.device)\(noDetection)")
        }
        lines.append("ip link set \(Self.device) mtu \(mtu.wireGuard) up")
        lines += peers.map { "ip route add \(Self.prefix($0.address)) dev \(Self.device)" }
        return lines.joined(separator: "\n") + "\n"
    }

    private func text(_ network: Network) -> String {
        let device = "vx\(network.vni)"
        let local = host.address.map { " local \($0)" } ?? ""
        var lines = [
            "# network \(network.name)",
            "ip link add \(device) type vxlan id \(network.vni)\(local) dstport 4789 nolearning",
            "ip link set \(device) mtu \(mtu.guest) up",
        ]
        lines += network.members.map {
            "bridge fdb append 00:00:00:00:00:00 dev \(device) dst \($0)"
        }
        lines += network.stations.map {
            "bridge fdb append \($0.mac) dev \(device) dst \($0.host)"
        }
        lines.append("# Its VMs, by the directory; the MTU of each is \(mtu.guest), or less:")
        for vm in host.vms where vm.network == network.name {
            let addresses = vm.anyAddress ? ["any address"] : vm.addresses.map(\.description)
            lines.append("#   \(([vm.name + ":", "\(vm.mac)"] + addresses).joined(separator: " "))")
        }
        lines += [
            "# A guest: ip link add br\(network.vni) type bridge; ip link set \(device) master "
                + "br\(network.vni); ip link set GUEST-TAP master br\(network.vni)",
            "# This host itself: ip link set \(device) address MAC; ip address add IP/LENGTH dev "
                + device,
        ]
        return lines.joined(separator: "\n") + "\n"
    }

    private static func prefix(_ address: IPAddress) -> String {
        "\(address)/\(address.isIPv4 ? 32 : 128)"
    }
}
