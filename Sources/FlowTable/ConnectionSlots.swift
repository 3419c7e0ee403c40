/// A view of all slots of the connection table. A slot's index is its shard's number in the upper
/// bits, and its place in the shard in the lower.
@safe struct ConnectionSlots: BitwiseCopyable {
    /// Where slot 0, which holds no connection, lies.
    let base: UnsafeMutableRawPointer
    let shardBitCount: Int
    let slotBitCount: Int

    var shardCount: Int { 1 &<< shardBitCount }
    var slotsPerShard: Int { 1 &<< slotBitCount }

    subscript(_ index: UInt32) -> UnsafeMutablePointer<ConnectionEntry> {
        unsafe (base + Int(index) &* ConnectionEntry.stride)
            .assumingMemoryBound(to: ConnectionEntry.self)
    }

    /// The shard of a slot; not below ``shardCount`` if there is no such slot.
    func shard(of index: UInt32) -> Int { Int(index) &>> slotBitCount }

    /// The shard of a key with this hash.
    func shard(for hash: UInt64) -> Int {
        // Two shifts, as a shift by all 64 bits would be none.
        Int(truncatingIfNeeded: (hash &>> 1) &>> UInt64(63 &- shardBitCount))
    }

    /// Whether the connection is still in its slot.
    func isLive(_ reference: ConnectionReference) -> Bool {
        let entry = unsafe self[reference.index]
        return unsafe entry.pointee.isLive && entry.pointee.serial == reference.serial
    }

    /// The lists whose links lie at `offset` in every slot.
    func lists(_ heads: UnsafeMutablePointer<IndexList>, linksAt offset: Int) -> IndexLists {
        unsafe IndexLists(heads: heads, links: base + offset, stride: ConnectionEntry.stride)
    }
}
