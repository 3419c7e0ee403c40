import Packet
import PolicyEngine

/// What the control side wants the data path to do, whole. ``Switch/publish(_:)`` makes it a
/// snapshot.
public struct SwitchConfiguration: Sendable {
    /// The number of this configuration; each is larger than the one before.
    public var generation: UInt32
    /// The networks; their position is their index.
    public var networks: [NetworkConfiguration]
    /// The ports that may pass frames.
    public var ports: [PortConfiguration]
    /// The policy in force, compiled for exactly these ports.
    public var policy: CompiledPolicy
    /// The other hosts and their VMs; nil when this host meets none.
    package var overlay: OverlayConfiguration?
    /// What is noted of the rules of ``policy``. Filled in by ``Switch/publish(_:)``; without it a
    /// snapshot begins a new one.
    package var ledger: RuleLedger?

    /// A configuration of these parts.
    public init(
        generation: UInt32, networks: [NetworkConfiguration], ports: [PortConfiguration],
        policy: CompiledPolicy
    ) {
        self.generation = generation
        self.networks = networks
        self.ports = ports
        self.policy = policy
    }
}

/// A network: guests of different networks never meet.
public struct NetworkConfiguration: Sendable, Hashable {
    /// The identifier on the wire.
    public var vni: VNI
    /// The largest IP packet, in bytes.
    public var mtu: Int

    /// A network with this identifier and MTU.
    public init(vni: VNI, mtu: Int) {
        self.vni = vni
        self.mtu = mtu
    }
}

/// A port as the data path knows it.
public struct PortConfiguration: Sendable {
    /// The number under which its device was attached.
    public var number: PortNumber
    /// The position of its network in ``SwitchConfiguration/networks``.
    public var network: Int
    /// Whether it leads to a physical network instead of a guest.
    public var isUplink: Bool
    /// Whether frames may pass: false until a compiled policy governs the port.
    public var isOpen = false
    /// The addresses the guest may use; meaningless for an uplink.
    public var binding: PortBinding
    /// The group tag of its guest, for other hosts to check.
    public var group: UInt16 = 0

    /// A closed port of the network at `network`.
    public init(number: PortNumber, network: Int, isUplink: Bool, binding: PortBinding) {
        self.number = number
        self.network = network
        self.isUplink = isUplink
        self.binding = binding
    }
}
