import Capture
import Packet
import PolicyEngine

/// Everything that the data path decides by: made once by the control side, never changed, replaced
/// whole.
///
/// The worker sees only ``tables``, plain words and pointers, so that reading it takes no reference
/// count. The class keeps alive what they point to. A bad configuration never becomes a snapshot;
/// no snapshot means that every frame is dropped.
package final class Snapshot: Sendable {
    /// What a worker reads. Valid as long as the snapshot lives.
    let tables: SnapshotTables

    // SAFETY: the arena and the bindings are written only in the initialiser, before anyone can see
    // the snapshot; after that they are only freed.
    nonisolated(unsafe) private let arena: SnapshotArena
    private let policy: CompiledPolicy
    private let ledger: RuleLedger
    private let captures: [CaptureSession]
    private let bindings: BindingTable
    private let remoteBindings: BindingTable

    /// The snapshot of `configuration` with the captures that run now, as number `sequence`;
    /// `overlay` is how this host meets the others, if it does.
    package init(
        _ configuration: SwitchConfiguration, captures: [CaptureSession], sequence: UInt64,
        overlay: OverlayStart? = nil
    ) {
        let arena = SnapshotArena()
        unsafe self.arena = arena
        policy = configuration.policy
        self.captures = captures
        let ledger =
            configuration.ledger
            ?? RuleLedger(configuration.policy, generation: configuration.generation)
        self.ledger = ledger
        let bindings = BindingTable(Self.bindings(configuration))
        let ports = unsafe Self.portEntries(configuration, captures, bindings, in: arena)
        let networks = unsafe Self.networkEntries(configuration, in: arena)
        let remoteBindings = BindingTable(Self.remoteBindings(configuration))
        let others = overlay.map { OverlayTables(configuration, $0, remoteBindings, in: arena) }
        tables = unsafe SnapshotTables(
            (sequence, configuration.generation), ports: (ports.entries, ports.count),
            networks: networks, (configuration.policy.table, ledger.cells, others ?? .none))
        self.bindings = bindings
        self.remoteBindings = remoteBindings
    }

    /// The port entries at the index of their number; numbers without a port stay absent.
    private static func portEntries(
        _ configuration: SwitchConfiguration, _ captures: [CaptureSession],
        _ bindings: borrowing BindingTable, in arena: SnapshotArena
    ) -> (entries: UnsafePointer<PortEntry>, count: Int) {
        let count = (configuration.ports.map(\.number.index).max() ?? -1) + 1
        let entries = unsafe arena.make(repeating: PortEntry.absent, count: max(count, 1))
        if configuration.overlay != nil { unsafe entries[PortNumber.overlay.index] = .overlay }
        for port in configuration.ports
        where configuration.networks.indices.contains(port.network) {
            let taps = captures.map(\.tap).filter { $0.port == port.number }
            unsafe entries[port.number.index] = PortEntry(
                port, bindings.view(of: port.number), (arena.copy(taps), taps.count))
        }
        return unsafe (UnsafePointer(entries), max(count, 1))
    }

    private static func bindings(
        _ configuration: SwitchConfiguration
    ) -> [PortNumber: PortBinding] {
        let guests = configuration.ports.filter { !$0.isUplink }
        return Dictionary(guests.map { ($0.number, $0.binding) }, uniquingKeysWith: { $1 })
    }

    private static func remoteBindings(
        _ configuration: SwitchConfiguration
    ) -> [PortNumber: PortBinding] {
        let stations = configuration.overlay?.stations ?? []
        let numbered = stations.enumerated().map { index, station in
            (PortNumber(rawValue: UInt16(truncatingIfNeeded: index)), station.binding)
        }
        return Dictionary(numbered, uniquingKeysWith: { first, _ in first })
    }

    private static func networkEntries(
        _ configuration: SwitchConfiguration, in arena: SnapshotArena
    ) -> UnsafePointer<NetworkEntry>? {
        let stations = Array((configuration.overlay?.stations ?? []).enumerated())
        let entries = configuration.networks.enumerated().map { index, network in
            NetworkEntry(
                network, configuration.ports.filter { $0.network == index },
                stations.filter { $0.element.network == index }.map { ($0.offset, $0.element) },
                in: arena)
        }
        return unsafe arena.copy(entries)
    }
}

/// The words of a ``Snapshot`` that a worker reads.
@safe struct SnapshotTables: BitwiseCopyable, @unchecked Sendable {
    // Safe, Sendable: the pointers are into the snapshot's arena, with their lengths beside them;
    // nobody writes there after the snapshot was made.

    /// The number of the snapshot; each is larger than the one before.
    let sequence: UInt64
    /// The configuration's number: a flow judged under another one is judged again.
    let generation: UInt32
    private let ports: UnsafePointer<PortEntry>?
    private let portCount: Int
    private let networks: UnsafePointer<NetworkEntry>?
    /// The compiled policy.
    let policy: PolicyTable
    /// What is noted of its rules.
    let rules: RuleCells
    /// The other hosts and their VMs.
    let overlay: OverlayTables

    fileprivate init(
        _ number: (sequence: UInt64, generation: UInt32),
        ports: (entries: UnsafePointer<PortEntry>?, count: Int),
        networks: UnsafePointer<NetworkEntry>?,
        _ judges: (policy: PolicyTable, rules: RuleCells, overlay: OverlayTables)
    ) {
        sequence = number.sequence
        generation = number.generation
        unsafe self.ports = unsafe ports.entries
        portCount = unsafe ports.count
        unsafe self.networks = unsafe networks
        (policy, rules, overlay) = judges
    }

    /// No snapshot: there are no ports.
    ///
    /// Built when the worker is made, not in a turn.
    static let none = unsafe SnapshotTables(
        (0, 0), ports: (nil, 0), networks: nil, (CompiledPolicy.empty.table, .none, .none))

    /// Whether this stands for no snapshot.
    var isNone: Bool { sequence == 0 }

    /// The entry of `number`; one that is not present when the snapshot has no such port.
    func port(_ number: PortNumber) -> PortEntry {
        guard number.index < portCount, let ports = unsafe ports else { return .absent }
        return unsafe ports[number.index]
    }

    /// The network of `port`, which must be present.
    func network(of port: PortEntry) -> NetworkEntry { network(at: port.network) }

    /// The network at `index`, which ``OverlayTables/network(_:)`` or a present port named.
    func network(at index: Int) -> NetworkEntry {
        // Both were checked when the snapshot was made, so there is one.
        unsafe networks.unsafelyUnwrapped[index]
    }
}
