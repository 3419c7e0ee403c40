import Packet
import Synchronization

/// The beginning and the end of a connection.
extension ConnectionTracker {
    /// Tracks a connection that policy allows, and counts its first frame.
    ///
    /// At a limit the port's own connections give way, one for one: those that have ended first,
    /// then the oldest without an answer. The opener's port, `ports.original`, is the one charged.
    public func open(_ opening: ConnectionOpening) -> ConnectionAdmission {
        let kind = ConnectionKind(opening.key.tuple.ipProtocol)
        guard let state = kind.opening(opening.first) else { return .notAnOpening }
        let hash = hash(opening.key)
        // One eviction makes room, unless other workers take it; then a second try, and no more.
        for _ in 0..<3 {
            switch attempt(opening, state, hash) {
            case .final(let admission): return admission
            case .retry(let evicted): _ = close(evicted)
            }
        }
        return .limitReached
    }

    /// Forgets a connection; false if it had gone already.
    @discardableResult
    public func close(_ reference: ConnectionReference) -> Bool {
        guard let shard = unsafe lock(reference) else { return false }
        defer { unlock(reference) }
        unsafe release(reference.index, shard)
        return true
    }

    private enum Attempt {
        case final(ConnectionAdmission)
        case retry(ConnectionReference)
    }

    private func attempt(
        _ opening: ConnectionOpening, _ state: ConnectionState, _ hash: UInt64
    ) -> Attempt {
        let number = slots.shard(for: hash)
        let shard = unsafe shards.lock(number)
        defer { shards.unlock(number) }
        let shortHash = UInt32(truncatingIfNeeded: hash)
        if unsafe shard.pointee.find(opening.key, shortHash) != nil { return .final(.alreadyOpen) }
        let index = unsafe shard.pointee.take()
        guard index != 0 else { return .final(.limitReached) }
        unsafe slots[index].pointee.fill(opening, state, hash: shortHash)
        switch ledger.charge(index, isTableFull: count >= limits.capacity) {
        case .charged: return unsafe .final(.opened(begin(index, shard)))
        case .evict(let victim):
            unsafe shard.pointee.give(index)
            return .retry(victim)
        case .refused:
            unsafe shard.pointee.give(index)
            return .final(.limitReached)
        }
    }

    /// Puts a filled and charged slot to use.
    private func begin(
        _ index: UInt32, _ shard: UnsafeMutablePointer<ConnectionShard>
    ) -> ConnectionReference {
        unsafe shard.pointee.link(index)
        let entry = unsafe slots[index]
        unsafe arm(index, shard, now: entry.pointee.opened)
        liveCount.add(1, ordering: .relaxed)
        return unsafe ConnectionReference(index: index, serial: entry.pointee.serial)
    }
}
