/// The nftables rules that keep the hosts' own services off the physical network: there they fail
/// at once, and only through the overlay they work.
package struct HostProtection: Sendable {
    /// The services, and their ports.
    package static let services: [(name: String, proto: String, ports: String)] = [
        ("live migration of QEMU, as libvirt chooses its ports", "tcp", "49152-49215"),
        ("libvirt: plain and TLS", "tcp", "16509, 16514"),
        ("disk migration and export, NBD", "tcp", "10809"),
        ("storage replication, DRBD", "tcp", "7788-7799"),
        ("high availability: Pacemaker Remote", "tcp", "3121"),
        ("high availability: Corosync", "udp", "5404-5412"),
    ]

    /// The physical devices; empty stands for every device but the overlay's and the loopback.
    private let devices: [String]
    /// The host port.
    private let hostPort: String

    /// Rules for these physical devices.
    package init(devices: [String], hostPort: String) {
        self.devices = devices
        self.hostPort = hostPort
    }

    /// A file for `nft -f`; applying it again replaces the rules.
    package var text: String {
        """
        #!/usr/sbin/nft -f
        # Live migration, high availability and storage replication must not cross the physical
        # network in clear: they use the hosts' overlay addresses, through \(hostPort).
        # Apply with 'nft -f FILE'; undo with 'nft delete table inet vswitch_protect'.
        table inet vswitch_protect
        delete table inet vswitch_protect
        table inet vswitch_protect {
            chain input {
                type filter hook input priority -10; policy accept;
        \(rules("iifname", verdict: "drop"))
            }
            chain output {
                type filter hook output priority -10; policy accept;
        \(rules("oifname", verdict: "reject"))
            }
        }

        """
    }

    /// One rule for each service. What comes in is dropped in silence; what would go out is refused
    /// so that its sender learns of it.
    private func rules(_ device: String, verdict: String) -> String {
        Self.services.map { service in
            let reject = service.proto == "tcp" ? "reject with tcp reset" : "reject"
            return "        \(device) \(match) \(service.proto) dport { \(service.ports) } counter "
                + "\(verdict == "reject" ? reject : verdict) comment \"\(service.name)\""
        }.joined(separator: "\n")
    }

    private var match: String {
        let named = devices.isEmpty ? ["lo", hostPort] : devices
        let list = named.map { "\"\($0)\"" }.joined(separator: ", ")
        return devices.isEmpty ? "!= { \(list) }" : "{ \(list) }"
    }
}
