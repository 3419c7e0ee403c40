import Packet

/// A port as it is stored: what the user asked for, with every default filled in.
package struct StoredPort: Equatable, Sendable {
    /// How the switch holds the device.
    package enum Mode: String, Sendable {
        /// The switch creates a TAP device and owns its descriptor.
        case tap
        /// The device belongs to someone else; the switch holds a packet socket on it.
        case netdev
        /// The host itself, by a TUN device that the switch creates; never stored.
        case host
    }

    /// How far the attach or detach has come; only `attached` ports exist for users.
    package enum Phase: String, Sendable {
        /// Written before the device is touched; found at start, the device is taken down again.
        case attaching
        /// The port exists.
        case attached
        /// Written before the device is taken down; found at start, that is finished.
        case detaching
    }

    /// The device; unique over all networks and namespaces.
    package var device: String
    /// How far its attach or detach has come.
    package var phase = Phase.attaching
    /// How the switch holds the device.
    package var mode: Mode
    /// The network namespace the device lives in, by name; nil for the daemon's own.
    package var namespace: String?
    /// The VM it belongs to; nil for an uplink.
    package var vm: String?
    /// The name of its network.
    package var network: String
    /// The bound MAC address; nil for an uplink.
    package var mac: MACAddress?
    /// The bound IP addresses, in the order they were given.
    package var addresses: [IPAddress] = []
    /// Whether the VM may use any IP address.
    package var anyAddress = false
    /// What policies select the VM by.
    package var labels: [String: String] = [:]
    /// The generation in which the port last changed.
    package var generation: UInt32 = 0

    /// A port on `device` in `network`, without VM or addresses.
    package init(device: String, mode: Mode, network: String) {
        self.device = device
        self.mode = mode
        self.network = network
    }

    /// Whether it leads to a physical network instead of a VM.
    package var isUplink: Bool { vm == nil }
}

// The texts that stand in the database: words joined by spaces, which none of them contains.
extension StoredPort {
    /// The addresses as stored: `any`, or the addresses in their order.
    package var addressText: String {
        anyAddress ? "any" : addresses.map(\.description).joined(separator: " ")
    }

    /// The labels as stored: `KEY=VALUE` by key.
    package var labelText: String {
        labels.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }.joined(separator: " ")
    }

    /// The addresses in a stored text; nil when it is none.
    package static func addresses(_ text: String) -> (list: [IPAddress], any: Bool)? {
        if text == "any" { return ([], true) }
        let words = text.split(separator: " ")
        let list = words.compactMap { IPAddress(String($0)) }
        return list.count == words.count ? (list, false) : nil
    }

    /// The labels in a stored text; nil when it is none.
    package static func labels(_ text: String) -> [String: String]? {
        var labels: [String: String] = [:]
        for word in text.split(separator: " ") {
            guard let equals = word.firstIndex(of: "=") else { return nil }
            labels[String(word[..<equals])] = String(word[word.index(after: equals)...])
        }
        return labels
    }
}
