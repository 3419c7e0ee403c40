import Capture
import Packet
import PolicyEngine

/// One port of a ``Snapshot``.
@safe struct PortEntry: BitwiseCopyable, @unchecked Sendable {
    // Safe, Sendable: the captures lie in the snapshot's arena and do not change.

    /// Its number.
    let number: PortNumber
    /// The index of its network.
    let network: Int
    /// Whether the snapshot has this port.
    let isPresent: Bool
    /// Whether a policy governs it, so that frames may pass.
    let isOpen: Bool
    /// Whether it leads to a physical network.
    let isUplink: Bool
    /// Whether its guest may answer DHCP clients.
    let servesDHCP: Bool
    /// Whether its guest may advertise itself as a router.
    let routes: Bool
    /// Whether its guest may use any IP address.
    let hasAnyAddress: Bool
    /// What its guest may send from; nil for an uplink.
    let binding: BindingView?
    /// Its first IPv4 and IPv6 address: as whom it receives group traffic.
    private let ipv4: IPAddress
    private let ipv6: IPAddress
    private let taps: UnsafePointer<CaptureTap>?
    /// How many captures watch it.
    let tapCount: Int

    /// The entry of `port`, watched by the captures `taps`.
    init(
        _ port: PortConfiguration, _ binding: BindingView?,
        _ taps: (first: UnsafePointer<CaptureTap>?, count: Int)
    ) {
        number = port.number
        network = port.network
        isPresent = true
        isOpen = port.isOpen
        isUplink = port.isUplink
        servesDHCP = port.binding.mayServeDHCP
        routes = port.binding.mayRoute
        hasAnyAddress = port.binding.anyAddress
        self.binding = binding
        ipv4 = port.binding.addresses.first { $0.isIPv4 } ?? .unspecifiedIPv4
        ipv6 = port.binding.addresses.first { !$0.isIPv4 } ?? .linkLocal(port.binding.mac)
        unsafe self.taps = unsafe taps.first
        tapCount = unsafe taps.count
    }

    /// What stands where no port is.
    static var absent: PortEntry { PortEntry() }

    private init() {
        number = PortNumber(rawValue: .max)
        network = 0
        isPresent = false
        isOpen = false
        isUplink = false
        servesDHCP = false
        routes = false
        hasAnyAddress = false
        binding = nil
        ipv4 = .unspecifiedIPv4
        ipv6 = .unspecified
        unsafe taps = nil
        tapCount = 0
    }

    /// The address as which its guest receives a group's frame of the family of `group`.
    func receiver(of group: IPAddress) -> IPAddress { group.isIPv4 ? ipv4 : ipv6 }

    /// The capture at `index`, below ``tapCount``.
    func tap(at index: Int) -> CaptureTap? { unsafe taps?[index] }
}
