/// How far the sweep has come.
struct SweepPosition: BitwiseCopyable {
    /// The shard that is next.
    var shard: Int
    /// The tick at which this round of the shards began.
    var round: UInt64
    /// The tick up to which every shard has been swept.
    var swept: UInt64
}

extension ConnectionTracker {
    /// Forgets connections that have been idle for their timeout, and returns how many.
    ///
    /// - Parameters:
    ///   - now: the monotonic clock in nanoseconds.
    ///   - budget: how many connections may be looked at; what is left over waits for the next
    ///     call.
    /// - Cost: nothing to do within a second of the last complete sweep; otherwise O(budget), plus
    ///   O(1) for each shard. If another worker is sweeping, nothing.
    @discardableResult
    public func expire(now: UInt64, budget: Int) -> Int {
        guard let position = unsafe sweep.tryLock(0) else { return 0 }
        defer { sweep.unlock(0) }
        let tick = now / ExpiryWheel.tick
        var (budget, removedCount) = (budget, 0)
        while unsafe budget > 0 && position.pointee.swept < tick {
            if unsafe position.pointee.shard == 0 { unsafe position.pointee.round = tick }
            let shard = unsafe position.pointee.shard
            removedCount += sweep(shard, now: now, &budget)
            guard budget > 0 else { break }
            unsafe position.pointee.advance(shardCount: slots.shardCount)
        }
        return removedCount
    }

    /// Looks at the connections of one shard whose time may have come, within the budget.
    private func sweep(_ number: Int, now: UInt64, _ budget: inout Int) -> Int {
        let shard = unsafe shards.lock(number)
        defer { shards.unlock(number) }
        var removedCount = 0
        while budget > 0 {
            let index = unsafe shard.pointee.wheel.due(now: now)
            if index == 0 { break }
            budget -= 1
            if deadline(index) <= now {
                unsafe release(index, shard)
                removedCount += 1
            } else {
                unsafe arm(index, shard, now: now)
            }
        }
        return removedCount
    }
}

extension SweepPosition {
    /// Goes on to the next shard, or ends the round.
    fileprivate mutating func advance(shardCount: Int) {
        shard += 1
        guard shard == shardCount else { return }
        shard = 0
        swept = round
    }
}
