public import Packet

/// What a port may say of itself: the addresses bound to it, and what its labels entitle it to.
public struct PortBinding: Hashable, Sendable {
    /// The MAC address.
    public var mac: MACAddress
    /// The IP addresses, of both families. None, and not ``anyAddress``: no IP and no ARP at all.
    public var addresses: [IPAddress]
    /// Whether every unicast address may be used, as a router must.
    public var anyAddress: Bool
    /// Whether the port may answer DHCP clients.
    public var mayServeDHCP = false
    /// Whether the port may advertise itself as a router, and redirect.
    public var mayRoute = false

    /// The binding of a port without special entitlements.
    public init(mac: MACAddress, addresses: [IPAddress] = [], anyAddress: Bool = false) {
        self.mac = mac
        self.addresses = addresses
        self.anyAddress = anyAddress
    }

    /// The label that entitles to serve DHCP.
    public static let dhcpServerLabel = "vswitch/dhcp-server"
    /// The label that entitles to act as a router.
    public static let routerLabel = "vswitch/router"

    /// The same binding, entitled by `labels`: such a label counts unless its value is `false`,
    /// `no`, `off` or `0`.
    public func entitled(by labels: [String: String]) -> PortBinding {
        var binding = self
        binding.mayServeDHCP = Self.isSet(labels[Self.dhcpServerLabel])
        binding.mayRoute = Self.isSet(labels[Self.routerLabel])
        return binding
    }

    private static func isSet(_ value: String?) -> Bool {
        value.map { !["false", "no", "off", "0"].contains($0) } ?? false
    }
}
