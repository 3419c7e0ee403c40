import Overlay
import Packet
import PolicyEngine

/// One network of a ``Snapshot``: who is in it, and whom each bound address belongs to.
@safe struct NetworkEntry: BitwiseCopyable {
    // Safe: the members lie in the snapshot's arena, which outlives the entry.

    /// The identifier on the wire.
    let vni: VNI
    /// The longest Ethernet frame, in bytes: the MTU and the Ethernet header.
    let frameByteCountMax: Int
    /// The bound MAC and IP addresses.
    let stations: StationTable
    /// How many ports are in it.
    let memberCount: Int
    /// How many of them are uplinks; they come first.
    let uplinkCount: Int
    private let members: UnsafePointer<PortNumber>?
    /// How many other hosts have VMs in it.
    let peerCount: Int
    private let peers: UnsafePointer<PeerNumber>?

    /// The network of `ports`, and of the VMs elsewhere that `remotes` counts.
    init(
        _ network: NetworkConfiguration, _ ports: [PortConfiguration],
        _ remotes: [(index: Int, station: RemoteStation)], in arena: SnapshotArena
    ) {
        vni = network.vni
        frameByteCountMax = network.mtu + EthernetHeader.byteCount
        let guests = ports.filter { !$0.isUplink }
        let uplinks = ports.filter(\.isUplink)
        let numbers = (uplinks + guests).map(\.number)
        memberCount = numbers.count
        uplinkCount = uplinks.count
        unsafe members = arena.copy(numbers)
        let hosts = Set(remotes.map(\.station.peer)).sorted { $0.rawValue < $1.rawValue }
        peerCount = hosts.count
        unsafe peers = arena.copy(hosts)
        let here = guests.flatMap { Self.keys($0.binding, .port($0.number)) }
        let elsewhere = remotes.flatMap { Self.keys($0.station.binding, .remote($0.index)) }
        stations = StationTable(here + elsewhere, in: arena)
    }

    /// Whether this is the network of the hosts themselves, which has no Ethernet: packets are
    /// found by their IP addresses.
    var isHostNetwork: Bool { vni == .hosts }

    /// The member at `index`, below ``memberCount``; uplinks come first.
    func member(at index: Int) -> PortNumber {
        unsafe members.unsafelyUnwrapped[index]
    }

    /// The host at `index`, below ``peerCount``.
    func peer(at index: Int) -> PeerNumber { unsafe peers.unsafelyUnwrapped[index] }

    /// The addresses of `binding`: the MAC, the IP addresses, and the link-local one that follows
    /// from the MAC.
    private static func keys(
        _ binding: PortBinding, _ owner: StationOwner
    ) -> [(key: IPAddress, owner: StationOwner)] {
        let keys = [StationTable.key(binding.mac), .linkLocal(binding.mac)] + binding.addresses
        return keys.map { ($0, owner) }
    }
}
