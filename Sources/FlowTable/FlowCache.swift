import Synchronization

/// The exact-match cache of one port: a flow's key leads to the decision made for it.
///
/// - Shape: sets of 8 ways. A set's tags, generations and reference bits are one 64-byte line
///   (``FlowSet``); an entry is the 48-byte key and the value, in whole lines. With a value of up
///   to 16 bytes a hit reads two lines and a miss one.
/// - Bound: nothing grows. A full set gives up one of its own ways, and a port fills only its own
///   cache; there is no wildcard, so traffic cannot make a lookup dearer.
/// - Cost: O(1), no allocation, no lock; memory is touched lazily.
/// - Thread: owned by the port's worker; not `Sendable`.
public struct FlowCache<Value: BitwiseCopyable>: ~Copyable {
    /// How many entries fit.
    public let capacity: Int
    /// How many entries are held, those of older generations included.
    @inlinable public var count: Int { takenCount }
    /// The secret of the hashes that ``find(_:_:generation:)`` expects.
    public let secret: HashSecret

    /// The sets' lines, then the entries.
    @usableFromInline let memory: PageMemory
    @usableFromInline let linesByteCount: Int
    @usableFromInline let setMask: Int
    @usableFromInline var takenCount = 0

    /// A cache of `capacity` entries, rounded up to a power of two. Below a set's eight, each key
    /// has one way that it may be in; with none, nothing is ever found.
    public init(capacity: Int = 65_536, secret: HashSecret) throws(TableMemoryError) {
        let capacity = capacity > 0 ? powerOfTwo(atLeast: capacity) : 0
        let setCount = max(capacity / FlowSet.wayCount, 1)
        linesByteCount = setCount * FlowSet.byteCount
        memory = try PageMemory(
            byteCount: linesByteCount + setCount * FlowSet.wayCount * Self.stride,
            for: "flow cache")
        setMask = setCount - 1
        self.capacity = capacity
        self.secret = secret
    }

    /// The value of `key` if it was decided under `generation`; nil otherwise.
    ///
    /// `hash` must be `key.hash(secret)`. The pointer is valid until the next change of the cache.
    @inlinable public func find(
        _ key: FlowKey, _ hash: UInt64, generation: UInt32
    ) -> UnsafeMutablePointer<Value>? {
        let set = self.set(hash)
        guard let way = way(of: key, hash, in: set), set.generation(way: way) == generation
        else { return nil }
        set.touch(way: way)
        return unsafe value(entry(hash, way))
    }

    /// Stores the decision for `key`: in its own way if it has one, else in a free way or one of an
    /// older generation, else in the way that the clock gives up.
    @inlinable public mutating func insert(
        _ key: FlowKey, _ hash: UInt64, generation: UInt32, _ value: Value
    ) {
        guard capacity > 0 else { return }
        let set = self.set(hash)
        let way = wayForInsertion(of: key, hash, generation)
        let entry = unsafe entry(hash, way)
        unsafe entry.storeBytes(of: key, as: FlowKey.self)
        unsafe self.value(entry).initialize(to: value)
        set.setGeneration(generation, way: way)
        set.setTag(FlowSet.tag(hash), way: way)
    }

    /// Removes the entry of `key`, of whatever generation, if there is one.
    @inlinable public mutating func remove(_ key: FlowKey, _ hash: UInt64) {
        let set = self.set(hash)
        guard let way = way(of: key, hash, in: set) else { return }
        set.setTag(0, way: way)
        set.forget(way: way)
        takenCount &-= 1
    }

    /// Removes every entry; the memory goes back to the kernel (one system call).
    public mutating func removeAll() {
        memory.clear()
        takenCount = 0
    }

    /// Begins to load the set of `hash`: a read whose result nobody awaits.
    @inlinable public func prefetch(_ hash: UInt64) {
        // A relaxed atomic load has no effect but reading, and the compiler may not drop it.
        let line = unsafe set(hash).line.assumingMemoryBound(to: Atomic<UInt64>.self)
        _ = unsafe line.pointee.load(ordering: .relaxed)
    }
}

// MARK: - Sets and entries

extension FlowCache {
    /// Where a value lies in its entry, behind the key.
    @inlinable static var valueOffset: Int {
        let alignment = MemoryLayout<Value>.alignment
        return (MemoryLayout<FlowKey>.size &+ alignment &- 1) & ~(alignment &- 1)
    }

    /// The bytes of an entry: whole 64-byte lines.
    @inlinable package static var stride: Int {
        (valueOffset &+ MemoryLayout<Value>.size &+ 63) & ~63
    }

    @inlinable func set(_ hash: UInt64) -> FlowSet {
        let index = Int(truncatingIfNeeded: hash) & setMask
        return unsafe FlowSet(memory.base + index &* FlowSet.byteCount)
    }

    @inlinable func entry(_ hash: UInt64, _ way: Int) -> UnsafeMutableRawPointer {
        let index = (Int(truncatingIfNeeded: hash) & setMask) &* FlowSet.wayCount &+ way
        return unsafe memory.base + linesByteCount + index &* Self.stride
    }

    @inlinable func value(_ entry: UnsafeMutableRawPointer) -> UnsafeMutablePointer<Value> {
        unsafe (entry + Self.valueOffset).assumingMemoryBound(to: Value.self)
    }

    /// The way that holds `key`, of whatever generation.
    @inlinable func way(of key: FlowKey, _ hash: UInt64, in set: FlowSet) -> Int? {
        var candidates = set.ways(tagged: FlowSet.tag(hash))
        while !candidates.isEmpty {
            let way = candidates.lowest
            // A candidate may be a free way by chance; its key is zero or stale, hence the tag
            // check.
            if unsafe entry(hash, way).load(as: FlowKey.self) == key, set.isTaken(way: way) {
                return way
            }
            candidates.removeLowest()
        }
        return nil
    }

    /// The way in which `key` is to be stored; counts it, and clears the way's reference bit.
    @inlinable mutating func wayForInsertion(
        of key: FlowKey, _ hash: UInt64, _ generation: UInt32
    ) -> Int {
        let set = self.set(hash)
        if let way = way(of: key, hash, in: set) { return way }
        let way =
            capacity < FlowSet.wayCount
            ? Int(truncatingIfNeeded: hash >> 32) & (capacity &- 1)
            : set.vacantWay(generation: generation) ?? set.clockWay()
        if !set.isTaken(way: way) { takenCount &+= 1 }
        set.forget(way: way)
        return way
    }
}
