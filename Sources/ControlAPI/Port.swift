/// A port of the switch as it is reported: what it was attached as, and how it stands.
public struct Port: Codable, Sendable, Equatable {
    /// The port's number on this host; a number is not reused before a restart.
    public var number: Int
    /// The network device, or the socket path of a `vhost-user` port.
    public var device: String
    /// The VM whose port this is; nil on an uplink.
    public var vm: String?
    /// The network's name.
    public var network: String
    /// How the device is attached.
    public var mode: PortMode
    /// The network namespace that the device lives in; nil is the daemon's own.
    public var netns: String?
    /// The bound MAC address; nil on an uplink.
    public var mac: String?
    /// The bound addresses; `any` stands for every address, and none means no IP at all.
    public var ip: [String]
    /// The labels by which policies select the port's VM.
    public var labels: [String: String]
    /// Whether the device leads to a physical network.
    public var uplink: Bool
    /// The 802.1Q tag of the network's frames on an uplink.
    public var vlan: Int?
    /// The largest IP packet in bytes.
    public var mtu = 1_500
    /// Whether the port passes frames.
    public var state = PortState.closed
    /// Why the port is not open, and what to do; nil when it is open.
    public var stateReason: String?
    /// The policies that govern the port, in the order in which they decide.
    public var governedBy: [String] = []
    /// The generation in which the port last changed.
    public var generation: UInt64 = 0
    /// What the port has received, sent and dropped.
    public var counters = FrameCounters()

    /// Creates a report of port `number` as it was asked for: closed, until what was found out
    /// about it is filled in.
    public init(number: Int, attached request: AttachRequest) {
        self.number = number
        device = request.device
        vm = request.vm
        network = request.network ?? "default"
        mode = request.mode ?? .tap
        netns = request.netns
        mac = request.mac
        ip = request.ip
        labels = request.labels
        uplink = request.uplink
        vlan = request.vlan
    }
}

/// The reply to `GET /v1/ports`.
public struct PortList: Codable, Sendable, Equatable {
    /// Every port, by number.
    public var ports: [Port]

    /// Creates a list.
    public init(ports: [Port]) {
        self.ports = ports
    }
}

/// How a device is attached to the switch.
public enum PortMode: String, SpelledCase {
    /// The switch creates the TAP and owns its descriptor.
    case tap
    /// The device belongs to someone else; the switch attaches to it by packet socket.
    case netdev
    /// The host itself takes part; the daemon makes this port with the overlay.
    case host
    /// A VM monitor's vhost-user device is served on a Unix socket.
    case vhostUser = "vhost-user"

    /// What a value is called in errors.
    public static let noun = "port mode"
}

/// Whether a port passes frames.
public enum PortState: String, SpelledCase {
    /// A compiled policy governs the port; it passes what that policy allows.
    case open
    /// The port passes nothing.
    case closed
    /// The device is gone; the port opens again when it is back.
    case missing

    /// What a value is called in errors.
    public static let noun = "port state"
}
