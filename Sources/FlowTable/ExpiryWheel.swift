/// A timer wheel with lazy re-arming: it says whose time may have come, and the owner checks.
///
/// - Shape: 256 lists, one for each tick of a second. A member whose time lies beyond the wheel's
///   span comes up early, and the owner arms it again; so a hit on a connection only writes the
///   time of the hit and never touches the wheel.
/// - Exactness: a member armed for a time comes up in the first call of ``due(now:)`` at or after
///   that time rounded up to a tick, or earlier, never later.
/// - Cost: O(1) for each member that comes up, at most 256 empty lists passed in a call.
/// - Thread: whoever holds the lock of the owner's shard.
@safe package struct ExpiryWheel: BitwiseCopyable {
    /// The length of a tick in nanoseconds.
    package static let tick: UInt64 = 1_000_000_000
    package static let slotCount = 256

    private let lists: IndexLists
    /// Every tick up to this one has been emptied.
    private var swept: UInt64 = 0

    /// A wheel over `lists`, a group of ``slotCount`` lists.
    package init(_ lists: IndexLists) { self.lists = lists }

    /// Arms `index` for `deadline`, or for the end of the wheel's span if that comes first.
    package func arm(_ index: UInt32, deadline: UInt64, now: UInt64) {
        lists.remove(index)
        let wanted = max(
            deadline / Self.tick + (deadline % Self.tick == 0 ? 0 : 1), now / Self.tick + 1)
        // Never the list that is being emptied (`swept + 1`) a whole turn later, never one behind.
        let tick = max(min(wanted, swept &+ UInt64(Self.slotCount)), swept &+ 1)
        lists.append(index, to: slot(tick))
    }

    /// Takes `index` off the wheel.
    package func disarm(_ index: UInt32) { lists.remove(index) }

    /// A member whose time may have come, or zero. The owner must disarm it, or arm it again.
    package mutating func due(now: UInt64) -> UInt32 {
        let current = now / Self.tick
        guard current > swept else { return 0 }
        // After a long pause one turn empties every list.
        swept = max(swept, current &- min(current, UInt64(Self.slotCount)))
        while swept < current {
            let index = lists.first(of: slot(swept &+ 1))
            if index != 0 { return index }
            swept &+= 1
        }
        return 0
    }

    private func slot(_ tick: UInt64) -> Int {
        Int(truncatingIfNeeded: tick) & (Self.slotCount - 1)
    }
}
