import CLinux
import Glibc
import Synchronization

/// What a worker and the control side share: the snapshot's pointer, two rings, and two counters.
///
/// Control never blocks a worker, and a worker never waits for control: each side reads what the
/// other has published. The bell is an eventfd(2), rung after publishing, so that a sleeping worker
/// looks.
package final class WorkerLink: Sendable {
    /// The snapshot in force.
    package let snapshot = SnapshotPointer()
    /// Requests to the worker, in order.
    package let commands = Ring<Command>(capacity: 256)
    /// What the worker has to tell.
    package let events = Ring<DataPathEvent>(capacity: 4_096)
    /// How many commands the worker has finished.
    package let commandsDone = Atomic<UInt64>(0)
    /// How many turns the worker has made.
    let turns = Atomic<UInt64>(0)
    /// Whether the worker should end.
    let isStopping = Atomic<Bool>(false)
    /// Whether the worker has ended: it touches nothing any more.
    let hasEnded = Atomic<Bool>(false)
    /// The eventfd that wakes the worker.
    package let bell: CInt

    /// A link with its bell; nil when the system has no descriptor left.
    package init?() {
        bell = vsw_eventfd_create()
        if bell < 0 { return nil }
    }

    deinit { close(bell) }

    /// Wakes the worker if it sleeps.
    func ring() {
        _ = vsw_eventfd_signal(bell)
    }
}
