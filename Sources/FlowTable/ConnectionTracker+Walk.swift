import Packet

/// Walks over all connections, a bounded step at a time.
///
/// A walk begins with a cursor of zero and has ended when the cursor is negative. A connection that
/// is there throughout is met exactly once; one that comes or goes meanwhile may be missed.
extension ConnectionTracker {
    /// Writes the next records into `buffer` and returns how many, which may be none before the
    /// end.
    ///
    /// Cost: at most 256 slots looked at, under one lock. An empty buffer ends the walk.
    public func records(
        from cursor: inout Int, into buffer: UnsafeMutableBufferPointer<ConnectionRecord>
    ) -> Int {
        var written = 0
        // No more slots than the buffer has room for records.
        unsafe step(&cursor, slotCount: buffer.count) { index, _ in
            unsafe buffer[written] = slots[index].pointee.record(index: index)
            written += 1
        }
        return written
    }

    /// Forgets, in the next slots, the connections that run from or to `port`; returns how many.
    ///
    /// Cost: at most 256 slots looked at, under one lock.
    public func removeAll(port: PortNumber, from cursor: inout Int) -> Int {
        var removedCount = 0
        unsafe step(&cursor, slotCount: 256) { index, shard in
            let ports = unsafe slots[index].pointee.ports
            guard ports.original == port || ports.reply == port else { return }
            unsafe release(index, shard)
            removedCount += 1
        }
        return removedCount
    }

    /// Forgets all connections that run from or to `port`; returns how many.
    ///
    /// Cost: O(slots ever used), about a millisecond for 50,000, with one lock for each 256.
    @discardableResult
    public func removeAll(port: PortNumber) -> Int {
        var (cursor, removedCount) = (0, 0)
        while cursor >= 0 { removedCount += removeAll(port: port, from: &cursor) }
        return removedCount
    }

    /// Visits the live ones of the next slots, with their shard locked, and moves the cursor on.
    private func step(
        _ cursor: inout Int, slotCount: Int,
        _ visit: (UInt32, UnsafeMutablePointer<ConnectionShard>) -> Void
    ) {
        let number = cursor >> slots.slotBitCount
        guard cursor >= 0, number < slots.shardCount, slotCount > 0 else {
            cursor = -1
            return
        }
        let shard = unsafe shards.lock(number)
        defer { shards.unlock(number) }
        let end = unsafe number << slots.slotBitCount + shard.pointee.touched
        let stop = min(end, cursor + min(slotCount, 256))
        for slot in cursor..<max(stop, cursor) {
            let index = UInt32(truncatingIfNeeded: slot)
            if unsafe slots[index].pointee.isLive { unsafe visit(index, shard) }
        }
        cursor = stop < end ? stop : start(of: number + 1)
    }

    /// The cursor for the shard of this number, negative behind the last.
    private func start(of number: Int) -> Int {
        number < slots.shardCount ? number << slots.slotBitCount : -1
    }
}
