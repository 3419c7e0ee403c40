/// A worker's sessions by the index that their datagrams carry.
///
/// - Shape: open addressing with linear probing over 2^16 slots, made once. The engine draws the
///   indices at random, so their low bits are the hash; no sender has a say in them.
/// - Cost: `find` reads one slot as a rule; `remove` moves the rest of its run. No allocation.
/// - Thread: owned by one worker. Holds sessions, owns none.
@safe package struct SessionTable: ~Copyable {
    @usableFromInline static let slotCount = 1 << 16
    /// So many sessions fit; beyond, runs would grow long.
    package static let countMax = slotCount / 4 * 3

    @unsafe @usableFromInline struct Slot: BitwiseCopyable {
        @usableFromInline var session: UnsafeMutablePointer<Session>?
        @usableFromInline var index: UInt32
    }

    @usableFromInline let slots: UnsafeMutablePointer<Slot>
    /// How many sessions it holds.
    package private(set) var count = 0

    /// An empty table: 1 MiB.
    package init() {
        unsafe slots = .allocate(capacity: Self.slotCount)
        unsafe slots.initialize(repeating: Slot(session: nil, index: 0), count: Self.slotCount)
    }

    deinit { unsafe slots.deallocate() }

    /// The session with this local index.
    @inlinable package func find(_ index: UInt32) -> UnsafeMutablePointer<Session>? {
        // Ends: a quarter of the slots is always empty. SAFETY: `slot` is masked to the table.
        var slot = Self.home(of: index)
        while let session = unsafe slots[slot].session {
            if unsafe slots[slot].index == index { return unsafe session }
            slot = Self.next(slot)
        }
        return nil
    }

    /// Adds `session`; false when the table is full or has its index already.
    package mutating func insert(_ session: UnsafeMutablePointer<Session>) -> Bool {
        let index = unsafe session.pointee.localIndex
        guard count < Self.countMax, unsafe find(index) == nil else { return false }
        unsafe place(Slot(session: session, index: index))
        count += 1
        return true
    }

    /// Takes `session` out; false when it is not there.
    package mutating func remove(_ session: UnsafeMutablePointer<Session>) -> Bool {
        let index = unsafe session.pointee.localIndex
        guard unsafe find(index) == session else { return false }
        var slot = Self.home(of: index)
        while unsafe slots[slot].index != index || slots[slot].session == nil {
            slot = Self.next(slot)
        }
        unsafe slots[slot].session = nil
        count -= 1
        closeGap(after: slot)
        return true
    }

    /// Places the rest of a run anew, so that no search ends at the gap too early.
    private mutating func closeGap(after gap: Int) {
        var slot = Self.next(gap)
        while unsafe slots[slot].session != nil {
            let moved = unsafe slots[slot]
            unsafe slots[slot].session = nil
            unsafe place(moved)
            slot = Self.next(slot)
        }
    }

    private mutating func place(_ entry: Slot) {
        var slot = unsafe Self.home(of: entry.index)
        while unsafe slots[slot].session != nil { slot = Self.next(slot) }
        unsafe slots[slot] = entry
    }

    @inlinable static func home(of index: UInt32) -> Int {
        Int(truncatingIfNeeded: index) & (slotCount - 1)
    }

    @inlinable static func next(_ slot: Int) -> Int { (slot &+ 1) & (slotCount - 1) }
}
