/// Where the parts of a connection tracker lie in its memory: slots, then buckets, then wheels.
///
/// There are at least twice as many slots as connections, so that a shard that gets more than its
/// share does not run out; untouched ones cost nothing.
struct TrackerLayout {
    let shardBitCount: Int
    let slotBitCount: Int

    /// The layout for `capacity` connections, at most 2^28: up to 64 shards of at least 2,048
    /// slots.
    init(capacity: Int) {
        precondition(capacity <= 1 << 28, "a tracker holds at most 2^28 connections")
        let total = max(powerOfTwo(atLeast: capacity) * 2, 2_048)
        shardBitCount = min(total / 2_048, 64).trailingZeroBitCount
        slotBitCount = total.trailingZeroBitCount - shardBitCount
    }

    var byteCount: Int { headsOffset + shardCount * headsByteCount }

    func slots(_ base: UnsafeMutableRawPointer) -> ConnectionSlots {
        unsafe ConnectionSlots(
            base: base, shardBitCount: shardBitCount, slotBitCount: slotBitCount)
    }

    /// The empty shard of this number, in zeroed memory from `base` on.
    func shard(_ number: Int, _ base: UnsafeMutableRawPointer) -> ConnectionShard {
        let buckets = unsafe base + bucketsOffset + number * bucketsByteCount
        let heads = unsafe base + headsOffset + number * headsByteCount
        return unsafe ConnectionShard(
            number, slots(base), buckets: buckets.assumingMemoryBound(to: UInt32.self),
            heads: heads.assumingMemoryBound(to: IndexList.self))
    }

    var shardCount: Int { 1 << shardBitCount }
    private var bucketsOffset: Int { ConnectionEntry.stride << (shardBitCount + slotBitCount) }
    private var bucketsByteCount: Int { MemoryLayout<UInt32>.stride << slotBitCount }
    private var headsOffset: Int { bucketsOffset + shardCount * bucketsByteCount }
    private var headsByteCount: Int { MemoryLayout<IndexList>.stride * ExpiryWheel.slotCount }
}
