import FlowTable
import Packet
import Ports
import Telemetry

/// One forwarding thread's state: it owns its ports, their flow caches and its buffers.
///
/// Time, randomness and I/O come from outside: the same worker runs on a thread with real devices
/// and in a test with memory ports and a clock of its own.
///
/// - Thread: one. The control side reaches it through its ``WorkerLink`` only.
@safe package struct Worker: ~Copyable {
    // Safe: a slot is there from its attach to its detach, both done by this thread.

    /// The words of the snapshot in force, for the whole of one turn.
    var tables = SnapshotTables.none
    /// The ports, at the index of their number.
    let slots: UnsafeMutablePointer<UnsafeMutablePointer<PortSlot>?>
    /// The connections. Shared by all workers when there are several.
    let tracker: ConnectionTracker
    /// What was heard behind uplinks.
    var learned: LearningTable
    /// How many events a second are worth telling.
    var eventBudget = TokenBucket(rate: 2_000, burst: 512)
    /// How many events were not told.
    var lostEvents: UInt64 = 0
    /// The counts of ports that have left, so that the whole stays balanced.
    var retired = PortCounts()
    /// Where segments and replies are built.
    let scratch: Frame
    /// Keys the hashes of this start.
    let secret: HashSecret
    /// Monotonic nanoseconds, read once a turn.
    var now: UInt64 = 0
    /// Nanoseconds since 1970, read once a turn.
    var realtime: UInt64 = 0
    /// The command that is under way over several turns, and how far it is.
    var walk = Walk.none
    var walkCursor = 0
    /// What it shares with the control side.
    package let link: WorkerLink
    /// What it has to tell.
    let events: Ring<DataPathEvent>
    /// What stands for the tables before the first snapshot.
    let noTables = SnapshotTables.none
    /// The way to the other hosts, once it is open.
    var underlay: UnsafeMutablePointer<Underlay>?
    /// Which ports have frames to read.
    package var poller: Poller

    private let arena = FrameArena()
    private let scratchArena = FrameArena()
    private var batch = FrameBatch()

    /// A worker without ports or snapshot: it drops every frame until it has both.
    package init(
        _ settings: SwitchSettings, _ link: WorkerLink, _ poller: consuming Poller
    ) throws(TableMemoryError) {
        self.link = link
        events = link.events
        self.poller = poller
        secret = settings.secret
        tracker = try ConnectionTracker(limits: settings.connections, secret: settings.secret)
        learned = LearningTable(secret: settings.learningSecret)
        scratch = scratchArena.frame(at: 0)
        unsafe slots = .allocate(capacity: Switch.portCountMax)
        unsafe slots.initialize(repeating: nil, count: Switch.portCountMax)
    }

    deinit { unsafe slots.deallocate() }

    /// Step 1 and 2 for one port: reads a batch of frames, and takes each through the pipeline.
    mutating func serve(_ number: PortNumber) {
        guard let slot = unsafe slots[number.index] else { return }
        unsafe slot.pointee.device.receive(into: arena, &batch)
        if batch.isDeviceGone { lose(number) }
        let port = tables.port(number)
        for index in 0..<batch.count {
            let frame = batch.frame(at: index)
            if let fault = batch.fault(at: index) {
                dropUnread(frame, number, fault)
            } else if port.isPresent {
                forward(frame, from: port)
            } else {
                dropUnread(frame, number, tables.isNone ? .noSnapshot : .portClosed)
            }
        }
    }

    /// Stops polling a device that the kernel says is gone for good; the control side asks which.
    private func lose(_ number: PortNumber) {
        guard let slot = unsafe slots[number.index] else { return }
        unsafe slot.pointee.isGone = true
        unsafe poller.forget(slot.pointee.device.descriptor)
    }

    /// The counters of `number`, whose slot must be there.
    func count(_ number: PortNumber) -> PortCounterCells {
        unsafe slots[number.index].unsafelyUnwrapped.pointee.cells
    }

    /// Counts a frame that is dropped before anything in it was read.
    private func dropUnread(_ frame: Frame, _ number: PortNumber, _ reason: DropReason) {
        count(number).countReceived(byteCount: frame.byteCount)
        count(number).countDrop(reason)
        keepUnread(frame.bytes, number, reason)
    }
}
