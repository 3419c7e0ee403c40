import Packet

/// A port to open.
public struct PortRequest: Hashable, Sendable {
    /// The device's name.
    public var device: String
    /// The network namespace in which the device is, or shall be; nil for the daemon's own.
    public var namespace: String?
    /// How to reach it.
    public var mode: PortMode
    /// The hardware address that a TAP device gets; nil for a random one.
    public var mac: MACAddress?
    /// The network's MTU, in bytes: a TAP device gets it, any other must have it.
    public var mtu: Int
    /// Whether the device leads to a physical network, and so may carry larger packets than ours.
    public var isUplink = false
    /// Whether the device may be one that this switch left behind when it died.
    public var adoptsExisting = false

    /// A request for `device`.
    public init(_ device: String, in namespace: String? = nil, mode: PortMode, mtu: Int = 1_500) {
        self.device = device
        self.namespace = namespace
        self.mode = mode
        self.mtu = mtu
    }
}
