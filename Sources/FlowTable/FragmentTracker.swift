/// The datagrams of one port whose first fragment was accepted: later fragments carry no ports, so
/// they follow the decision made for the first one. Nothing is reassembled.
///
/// - A later fragment that overtakes the first, or whose first was denied, is not found; the caller
///   drops it, and the sender retransmits.
/// - Shape: a ring in the order of acceptance, which is also the order of expiry, and chains of
///   ring places by hash. When the ring is full the oldest gives way: a port forgets only its own.
/// - Cost: O(1), no allocation, no lock.
/// - Thread: owned by the port's worker; not `Sendable`.
public struct FragmentTracker<Decision: BitwiseCopyable>: ~Copyable {
    /// How long a decision holds, in nanoseconds: as long as hosts keep fragments (RFC 791 §3.2
    /// suggests 15 s, Linux uses 30 s).
    public static var timeout: UInt64 { 30_000_000_000 }

    /// How many datagrams are remembered at most.
    public let capacity: Int

    @usableFromInline let memory: PageMemory
    @usableFromInline let secret: HashSecret
    /// How many datagrams were ever remembered; the next one's place in the ring, modulo the size.
    @usableFromInline var nextNumber: UInt64 = 1

    /// A tracker of `capacity` datagrams, rounded up to a power of two.
    public init(capacity: Int = 512, secret: HashSecret) throws(TableMemoryError) {
        let capacity = powerOfTwo(atLeast: capacity)
        let byteCount = capacity * (MemoryLayout<Place>.stride + MemoryLayout<UInt64>.stride)
        memory = try PageMemory(byteCount: byteCount, for: "fragment tracker")
        self.capacity = capacity
        self.secret = secret
    }

    /// Remembers the decision for a datagram whose first fragment was accepted at `now`.
    ///
    /// A repeated first fragment brings the newest decision, and the time starts again.
    @inlinable public mutating func accept(
        first key: FragmentKey, _ decision: Decision, now: UInt64
    ) {
        let bucket = unsafe bucket(key)
        let place = unsafe place(nextNumber)
        unsafe place.initialize(
            to: Place(key: key, now: now, following: bucket.pointee, decision: decision))
        unsafe bucket.pointee = nextNumber
        nextNumber &+= 1
    }

    /// The decision for a datagram, if its first fragment was accepted no longer than ``timeout``
    /// ago.
    @inlinable public func find(later key: FragmentKey, now: UInt64) -> Decision? {
        var number = unsafe bucket(key).pointee
        // The numbers in a chain fall, so it ends at the first whose place has been taken again.
        while number != 0 && nextNumber &- number <= UInt64(truncatingIfNeeded: capacity) {
            let place = unsafe place(number)
            if unsafe now &- place.pointee.now > Self.timeout && now > place.pointee.now {
                return nil
            }
            if unsafe place.pointee.key == key { return unsafe place.pointee.decision }
            number = unsafe place.pointee.following
        }
        return nil
    }

    /// Forgets every datagram.
    public mutating func removeAll() {
        memory.clear()
        nextNumber = 1
    }

    @usableFromInline struct Place: BitwiseCopyable {
        @usableFromInline let key: FragmentKey
        @usableFromInline let now: UInt64
        /// The number of the datagram accepted before in the same bucket; zero if there was none.
        @usableFromInline let following: UInt64
        @usableFromInline let decision: Decision

        @inlinable init(key: FragmentKey, now: UInt64, following: UInt64, decision: Decision) {
            self.key = key
            self.now = now
            self.following = following
            self.decision = decision
        }
    }
}

extension FragmentTracker {
    /// The ring's place of the datagram with this number.
    @inlinable func place(_ number: UInt64) -> UnsafeMutablePointer<Place> {
        let index = Int(truncatingIfNeeded: number) & (capacity &- 1)
        return unsafe memory.base.assumingMemoryBound(to: Place.self) + index
    }

    /// The newest number of the key's bucket; the buckets lie behind the ring.
    @inlinable func bucket(_ key: FragmentKey) -> UnsafeMutablePointer<UInt64> {
        let index = Int(truncatingIfNeeded: key.hash(secret)) & (capacity &- 1)
        let buckets = unsafe memory.base + capacity &* MemoryLayout<Place>.stride
        return unsafe buckets.assumingMemoryBound(to: UInt64.self) + index
    }
}
