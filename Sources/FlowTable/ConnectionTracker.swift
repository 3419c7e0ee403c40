import Packet
import Synchronization

/// All connections that pass the switch, each found by the frames of both its directions.
///
/// A connection begins with ``open(_:)`` after policy has allowed it; each further frame goes
/// through ``advance(_:_:)``, on hits of the flow cache too; ``expire(now:budget:)`` forgets the
/// idle ones. A deny is never tracked. The tracker knows no policy: generation and rules are only
/// kept.
///
/// - Shape: shards by the upper bits of the hash, each with its buckets, free slots and wheel;
///   entries of 192 bytes in lazily touched memory. Both directions hash alike.
/// - Bound: ``ConnectionLimits``. A port at its quota replaces the oldest of its own connections
///   that has ended or never got an answer, or is refused; it never touches another port's.
/// - Cost: O(1), no allocation after the initialiser.
/// - Thread: any number of workers. One short spin lock for each shard, then one for each port's
///   account; nothing else is held. The control side must not call it.
@safe public struct ConnectionTracker: ~Copyable {
    /// The limits it was made with.
    public let limits: ConnectionLimits

    let slots: ConnectionSlots
    let shards: LockedArray<ConnectionShard>
    let ledger: PortLedger
    let sweep: LockedArray<SweepPosition>
    private let memory: PageMemory
    private let secret: HashSecret
    /// How many slots are live; the shards' locks do not order it.
    let liveCount = Atomic<Int>(0)

    /// An empty tracker within `limits`.
    public init(limits: ConnectionLimits, secret: HashSecret) throws(TableMemoryError) {
        let layout = TrackerLayout(capacity: limits.capacity)
        let memory = try PageMemory(byteCount: layout.byteCount, for: "connection table")
        let slots = unsafe layout.slots(memory.base)
        let shards = try LockedArray<ConnectionShard>(
            count: layout.shardCount, for: "connection shards")
        for number in 0..<layout.shardCount {
            unsafe shards.lock(number).pointee = layout.shard(number, memory.base)
            shards.unlock(number)
        }
        let ledger = try PortLedger(slots, limits)
        let sweep = try LockedArray<SweepPosition>(count: 1, for: "connection sweep")
        self.limits = limits
        self.secret = secret
        self.slots = slots
        self.memory = memory
        self.shards = shards
        self.ledger = ledger
        self.sweep = sweep
    }

    /// How many connections are tracked.
    public var count: Int { liveCount.load(ordering: .relaxed) }

    /// How many connections are charged to `port`.
    public func counts(of port: PortNumber) -> PortConnectionCounts { ledger.counts(port.index) }

    /// The hash that both directions of a connection share.
    func hash(_ key: FlowKey) -> UInt64 { key.symmetricHash(secret) }

    /// The connection that a frame with `key` belongs to, whichever way it goes; nil if there is
    /// none.
    public func find(_ key: FlowKey) -> ConnectionMatch? {
        let hash = hash(key)
        let number = slots.shard(for: hash)
        let shard = unsafe shards.lock(number)
        defer { shards.unlock(number) }
        return unsafe shard.pointee.find(key, UInt32(truncatingIfNeeded: hash))
    }

    /// Advances a connection by one frame; counts the frame if it is accepted.
    public func advance(
        _ reference: ConnectionReference, _ step: ConnectionStep
    ) -> ConnectionOutcome {
        guard let shard = unsafe lock(reference) else { return .gone }
        defer { unlock(reference) }
        let entry = unsafe slots[reference.index]
        let former = unsafe entry.pointee.state
        guard let state = unsafe entry.pointee.kind.next(former, step) else { return .invalidState }
        if former.isFinished && state == .synSent { return .reopen }
        unsafe entry.pointee.add(step)
        if state != former { unsafe move(reference.index, to: state, shard, now: step.now) }
        return .accepted
    }
}

// The memory is reached only under the locks above, the counter is atomic, the rest is immutable.
extension ConnectionTracker: @unchecked Sendable {}

// MARK: - Slots under their shard's lock

extension ConnectionTracker {
    /// Locks the shard of a connection and lends it out; nil, and no lock, if it has gone.
    func lock(_ reference: ConnectionReference) -> UnsafeMutablePointer<ConnectionShard>? {
        let number = slots.shard(of: reference.index)
        guard number < slots.shardCount else { return nil }
        let shard = unsafe shards.lock(number)
        if slots.isLive(reference) { return unsafe shard }
        shards.unlock(number)
        return nil
    }

    func unlock(_ reference: ConnectionReference) {
        shards.unlock(slots.shard(of: reference.index))
    }

    /// Forgets the connection in a live slot.
    func release(_ index: UInt32, _ shard: UnsafeMutablePointer<ConnectionShard>) {
        unsafe shard.pointee.unlink(index)
        unsafe shard.pointee.wheel.disarm(index)
        ledger.discharge(index)
        unsafe shard.pointee.give(index)
        liveCount.subtract(1, ordering: .relaxed)
    }

    /// Brings a live connection into another state. Only a change of state may bring its expiry
    /// forward, so only here does a frame touch the wheel.
    @inline(never) func move(
        _ index: UInt32, to state: ConnectionState, _ shard: UnsafeMutablePointer<ConnectionShard>,
        now: UInt64
    ) {
        ledger.move(index, to: state)
        unsafe slots[index].pointee.state = state
        unsafe arm(index, shard, now: now)
    }

    func arm(_ index: UInt32, _ shard: UnsafeMutablePointer<ConnectionShard>, now: UInt64) {
        unsafe shard.pointee.wheel.arm(index, deadline: deadline(index), now: now)
    }

    /// When a live connection expires, if no frame comes.
    func deadline(_ index: UInt32) -> UInt64 {
        let entry = unsafe slots[index]
        let timeout = unsafe limits.timeouts.timeout(entry.pointee.state, entry.pointee.kind)
        let (deadline, isBeyond) = unsafe entry.pointee.lastSeen.addingReportingOverflow(timeout)
        return isBeyond ? .max : deadline
    }
}
