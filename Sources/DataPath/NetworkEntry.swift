import Packet

/// One network of a ``Snapshot``: who is in it, and at which port each bound address is.
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

    /// The network of `ports`.
    init(
        _ network: NetworkConfiguration, _ ports: [PortConfiguration], in arena: SnapshotArena
    ) {
        vni = network.vni
        frameByteCountMax = network.mtu + EthernetHeader.byteCount
        let guests = ports.filter { !$0.isUplink }
        let uplinks = ports.filter(\.isUplink)
        let numbers = (uplinks + guests).map(\.number)
        memberCount = numbers.count
        uplinkCount = uplinks.count
        unsafe members = arena.copy(numbers)
        stations = StationTable(guests.flatMap(Self.stations), in: arena)
    }

    /// The member at `index`, below ``memberCount``; uplinks come first.
    func member(at index: Int) -> PortNumber {
        unsafe members.unsafelyUnwrapped[index]
    }

    /// The addresses that are bound to `port`: its MAC, its IP addresses, and the link-local one
    /// that follows from the MAC.
    private static func stations(
        _ port: PortConfiguration
    ) -> [(key: IPAddress, port: PortNumber)] {
        let mac = port.binding.mac
        let keys = [StationTable.key(mac), .linkLocal(mac)] + port.binding.addresses
        return keys.map { ($0, port.number) }
    }
}
