import Overlay
import Packet
import PolicyEngine

/// The other hosts and their VMs in one ``Snapshot``: plain words and pointers.
@safe struct OverlayTables: BitwiseCopyable {
    // Safe: the pointers are into the snapshot's arena, with their lengths beside them.

    /// This host's address inside the encryption.
    let address: IPAddress
    private let peers: UnsafePointer<PeerEntry>?
    private let peerCount: Int
    private let remotes: UnsafePointer<RemoteEntry>?
    private let remoteCount: Int
    /// Network indices by VNI, sorted by it.
    private let networks: UnsafePointer<Row>?
    private let networkCount: Int

    private struct Row: BitwiseCopyable {
        let vni: VNI
        let index: Int
    }

    /// The tables of `configuration` for the host that `start` describes. `bindings` holds the
    /// remote VMs', at the index of each.
    init(
        _ configuration: SwitchConfiguration, _ start: OverlayStart,
        _ bindings: borrowing BindingTable, in arena: SnapshotArena
    ) {
        let overlay = configuration.overlay ?? OverlayConfiguration()
        address = start.address
        peerCount = (overlay.peers.map { Int($0.settings.number.rawValue) }.max() ?? -1) + 1
        let entries = unsafe arena.make(repeating: PeerEntry.absent, count: peerCount)
        for peer in overlay.peers {
            unsafe entries[Int(peer.settings.number.rawValue)] = PeerEntry(peer, start)
        }
        unsafe peers = UnsafePointer(entries)
        let remotes = overlay.stations.enumerated().map { index, station in
            RemoteEntry(
                peer: station.peer, group: station.group,
                binding: UInt16(exactly: index)
                    .flatMap { bindings.view(of: PortNumber(rawValue: $0)) } ?? .nothing)
        }
        unsafe self.remotes = arena.copy(remotes)
        remoteCount = remotes.count
        let rows = configuration.networks.enumerated()
            .map { Row(vni: $0.element.vni, index: $0.offset) }
            .sorted { $0.vni.rawValue < $1.vni.rawValue }
        unsafe networks = arena.copy(rows)
        networkCount = rows.count
    }

    private init() {
        address = .unspecified
        unsafe peers = nil
        peerCount = 0
        unsafe remotes = nil
        remoteCount = 0
        unsafe networks = nil
        networkCount = 0
    }

    /// No overlay.
    static var none: OverlayTables { OverlayTables() }

    /// The host with this number; an absent one when there is none.
    func peer(_ number: PeerNumber) -> PeerEntry {
        let index = Int(number.rawValue)
        guard index < peerCount, let peers = unsafe peers else { return .absent }
        return unsafe peers[index]
    }

    /// The remote VM at `index`, which an entry of a ``StationTable`` named.
    func remote(_ index: Int) -> RemoteEntry {
        // SAFETY: station tables hold indices of this snapshot's remotes only.
        unsafe remotes.unsafelyUnwrapped[index]
    }

    /// The index of the network `vni`.
    func network(_ vni: VNI) -> Int? {
        var (low, high) = (0, networkCount)
        while low < high {
            let middle = (low &+ high) / 2
            let row = unsafe networks.unsafelyUnwrapped[middle]
            if row.vni == vni { return row.index }
            if row.vni.rawValue < vni.rawValue { low = middle &+ 1 } else { high = middle }
        }
        return nil
    }
}
