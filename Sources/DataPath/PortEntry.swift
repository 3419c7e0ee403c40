import Capture
import Packet
import PolicyEngine

/// One port of a ``Snapshot``.
@safe struct PortEntry: BitwiseCopyable, @unchecked Sendable {
    // Safe, Sendable: the captures lie in the snapshot's arena and do not change.

    /// What is behind a port.
    enum Kind: BitwiseCopyable {
        /// A guest, to whom rules apply.
        case guest
        /// A physical network.
        case uplink
        /// The other hosts.
        case overlay
    }

    /// Its number.
    let number: PortNumber
    /// The index of its network.
    let network: Int
    /// The group tag of its guest.
    let group: UInt16
    /// Whether the snapshot has this port.
    let isPresent: Bool
    /// Whether a policy governs it, so that frames may pass.
    let isOpen: Bool
    /// What is behind it.
    let kind: Kind
    /// What its guest may send from; nil unless there is a guest.
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
        group = port.group
        isPresent = true
        isOpen = port.isOpen
        kind = port.isUplink ? .uplink : .guest
        self.binding = binding
        ipv4 = port.binding.addresses.first { $0.isIPv4 } ?? .unspecifiedIPv4
        ipv6 = port.binding.addresses.first { !$0.isIPv4 } ?? .linkLocal(port.binding.mac)
        unsafe self.taps = unsafe taps.first
        tapCount = unsafe taps.count
    }

    /// What stands where no port is.
    static var absent: PortEntry { PortEntry(.guest, isPresent: false, number: .max) }

    /// The port to the other hosts. It belongs to every network, to none in particular.
    static var overlay: PortEntry {
        PortEntry(.overlay, isPresent: true, number: PortNumber.overlay.rawValue)
    }

    /// A port that nobody has attached.
    private init(_ kind: Kind, isPresent: Bool, number: UInt16) {
        self.number = PortNumber(rawValue: number)
        network = 0
        group = 0
        self.isPresent = isPresent
        isOpen = isPresent
        self.kind = kind
        binding = nil
        ipv4 = .unspecifiedIPv4
        ipv6 = .unspecified
        unsafe taps = nil
        tapCount = 0
    }

    /// Whether it leads to a physical network.
    var isUplink: Bool { kind == .uplink }
    /// Whether it leads to the other hosts.
    var isOverlay: Bool { kind == .overlay }
    /// Whether rules are asked about frames from and to it: they judge at the guests' ports.
    var hasRules: Bool { kind == .guest }
    /// Whether its guest may answer DHCP clients.
    var servesDHCP: Bool { binding?.mayServeDHCP == true }
    /// Whether its guest may advertise itself as a router.
    var routes: Bool { binding?.mayRoute == true }
    /// Whether its guest may use any IP address.
    var hasAnyAddress: Bool { binding?.anyAddress == true }

    /// The address as which its guest receives a group's frame of the family of `group`.
    func receiver(of group: IPAddress) -> IPAddress { group.isIPv4 ? ipv4 : ipv6 }

    /// The capture at `index`, below ``tapCount``.
    func tap(at index: Int) -> CaptureTap? { unsafe taps?[index] }
}

extension PortNumber {
    /// The port to the other hosts; devices have higher numbers.
    package static var overlay: PortNumber { PortNumber(rawValue: 0) }
    /// The mark of the overlay's socket among the descriptors of a worker: no port has it.
    static var underlay: PortNumber { PortNumber(rawValue: .max) }
}
