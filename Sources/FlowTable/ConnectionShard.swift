/// A part of the connection table: the buckets, the free slots and the wheel of the keys that hash
/// into it.
///
/// - Shape: buckets are singly linked chains of slots; there are as many buckets as slots, and with
///   the secret of the hash nobody can make a chain long.
/// - Slots are handed out from the front, and freed ones first: memory is touched as far as the
///   largest number of connections there ever was.
/// - Thread: guarded by the shard's lock.
@safe struct ConnectionShard: BitwiseCopyable {
    private let slots: ConnectionSlots
    private let buckets: UnsafeMutablePointer<UInt32>
    private let firstIndex: UInt32
    private var firstFree: UInt32 = 0
    /// How many slots from the front were ever used; the first is none, so that no index is zero.
    private(set) var touched = 1
    /// When connections may have expired.
    var wheel: ExpiryWheel

    /// The empty shard of this number; `heads` and `buckets` are zeroed and its own.
    init(
        _ number: Int, _ slots: ConnectionSlots, buckets: UnsafeMutablePointer<UInt32>,
        heads: UnsafeMutablePointer<IndexList>
    ) {
        self.slots = slots
        unsafe self.buckets = unsafe buckets
        firstIndex = UInt32(truncatingIfNeeded: number &* slots.slotsPerShard)
        wheel = unsafe ExpiryWheel(slots.lists(heads, linksAt: ConnectionEntry.wheelOffset))
    }

    /// The connection of `key`, in either direction.
    func find(_ key: FlowKey, _ hash: UInt32) -> ConnectionMatch? {
        let reversed = key.reversed
        var index = unsafe buckets[bucket(hash)]
        while index != 0 {
            let entry = unsafe slots[index]
            if unsafe entry.pointee.hash == hash {
                if unsafe entry.pointee.key == key { return match(index, .original) }
                if unsafe entry.pointee.key == reversed { return match(index, .reply) }
            }
            index = unsafe entry.pointee.next
        }
        return nil
    }

    /// Takes a free slot; zero if there is none.
    mutating func take() -> UInt32 {
        let index = firstFree
        if index != 0 {
            firstFree = unsafe slots[index].pointee.next
            return index
        }
        guard touched < slots.slotsPerShard else { return 0 }
        touched &+= 1
        return firstIndex &+ UInt32(truncatingIfNeeded: touched &- 1)
    }

    /// Gives a slot back. Every reference to it becomes stale here.
    mutating func give(_ index: UInt32) {
        let entry = unsafe slots[index]
        unsafe entry.pointee.isLive = false
        unsafe entry.pointee.serial &+= 1
        unsafe entry.pointee.next = firstFree
        firstFree = index
    }

    /// Makes the connection in `index` findable.
    func link(_ index: UInt32) {
        let entry = unsafe slots[index]
        let bucket = unsafe bucket(entry.pointee.hash)
        unsafe entry.pointee.next = buckets[bucket]
        unsafe buckets[bucket] = index
    }

    /// Makes the connection in `index` unfindable.
    func unlink(_ index: UInt32) {
        let following = unsafe slots[index].pointee.next
        let bucket = unsafe bucket(slots[index].pointee.hash)
        var current = unsafe buckets[bucket]
        if current == index {
            unsafe buckets[bucket] = following
            return
        }
        while current != 0 {
            let entry = unsafe slots[current]
            current = unsafe entry.pointee.next
            if current == index { unsafe entry.pointee.next = following }
        }
    }

    private func bucket(_ hash: UInt32) -> Int { Int(hash) & (slots.slotsPerShard &- 1) }

    private func match(_ index: UInt32, _ direction: ConnectionDirection) -> ConnectionMatch {
        let entry = unsafe slots[index]
        return unsafe ConnectionMatch(
            reference: ConnectionReference(index: index, serial: entry.pointee.serial),
            direction: direction, state: entry.pointee.state,
            generation: entry.pointee.judgement.generation)
    }
}
