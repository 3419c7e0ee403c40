import Synchronization

/// The one place where a snapshot passes from the control side to a worker: an atomic pointer.
///
/// The only file with `Unmanaged`. The control side stores (releasing), the worker loads
/// (acquiring) once a turn and says at the turn's end which snapshot it has done with. A snapshot
/// is released when the worker has ended a turn under a newer one, so nobody reads freed memory,
/// and nobody waits.
///
/// - Thread: ``publish(_:)`` and ``releaseUnseen()`` by the control side, under one lock;
///   ``load()`` and ``quiesce(_:)`` by the worker alone.
@safe package final class SnapshotPointer: @unchecked Sendable {
    // Sendable: the pointer is atomic, and the list has a lock.
    private let current = unsafe Atomic<UnsafeRawPointer?>(nil)
    /// The sequence number of the snapshot under which the worker last ended a turn.
    private let seen = Atomic<UInt64>(0)
    /// Replaced snapshots that the worker may still read.
    private let retired = Mutex<[Snapshot]>([])

    deinit {
        if let last = unsafe current.load(ordering: .acquiring) {
            unsafe Unmanaged<Snapshot>.fromOpaque(last).release()
        }
    }

    /// Puts `snapshot` in force from the worker's next turn on. Sequence numbers must grow.
    package func publish(_ snapshot: Snapshot) {
        let pointer = unsafe UnsafeRawPointer(Unmanaged.passRetained(snapshot).toOpaque())
        let old = unsafe current.exchange(pointer, ordering: .acquiringAndReleasing)
        guard let old = unsafe old else { return }
        let replaced = unsafe Unmanaged<Snapshot>.fromOpaque(old).takeRetainedValue()
        retired.withLock { $0.append(replaced) }
        releaseUnseen()
    }

    /// Lets go of the snapshots that no worker can read any more.
    package func releaseUnseen() {
        let seen = seen.load(ordering: .acquiring)
        retired.withLock { $0.removeAll { $0.tables.sequence < seen } }
    }

    /// The number of the snapshot under which the worker last ended a turn: of older ones it will
    /// read nothing any more, and what it wrote is seen by who asks this.
    package var seenSequence: UInt64 { seen.load(ordering: .acquiring) }

    /// How many replaced snapshots are kept.
    package var retiredCount: Int { retired.withLock { $0.count } }

    /// The tables in force, for one turn; nil before the first snapshot.
    func load() -> SnapshotTables? {
        guard let pointer = unsafe current.load(ordering: .acquiring) else { return nil }
        return unsafe Unmanaged<Snapshot>.fromOpaque(pointer)._withUnsafeGuaranteedRef { $0.tables }
    }

    /// Says that the worker holds nothing of snapshots older than the one with `tables`.
    func quiesce(_ tables: SnapshotTables) { seen.store(tables.sequence, ordering: .releasing) }
}
