/// The last drops at one port, always on.
///
/// - Shape: 256 records of 104 bytes. A drop like the one before is counted there, so a
///   flood of one kind takes one record; a flood of many kinds displaces the oldest.
/// - Cost: some nanoseconds for each drop, whatever came before; no allocation.
/// - Thread: owned by the port's worker.
@safe package struct DropRing: ~Copyable {
    // Safe: indices are masked.

    /// How many records there are at most.
    package static let capacity = 256

    private let records: UnsafeMutablePointer<DropRecord>
    /// How many records were begun.
    private var begun = 0

    /// Nothing was dropped.
    package init() { unsafe records = .allocate(capacity: Self.capacity) }

    deinit { unsafe records.deallocate() }

    /// Adds a drop.
    package mutating func add(_ record: DropRecord) {
        if begun > 0 {
            let last = unsafe records + ((begun &- 1) & (Self.capacity &- 1))
            if unsafe DropFacts.areAlike(last.pointee.facts, record.facts) {
                unsafe last.pointee.tuple = record.tuple
                unsafe last.pointee.timestamp = record.timestamp
                unsafe last.pointee.count &+= 1
                return
            }
        }
        unsafe (records + (begun & (Self.capacity &- 1))).initialize(to: record)
        begun &+= 1
    }

    /// Copies the records, the latest first, to `room` for ``capacity`` of them; returns how many.
    func copy(to room: UnsafeMutablePointer<DropRecord>) -> Int {
        let count = min(begun, Self.capacity)
        for age in 0..<count {
            let index = (begun &- 1 &- age) & (Self.capacity &- 1)
            unsafe (room + age).initialize(to: records[index])
        }
        return count
    }

    /// The records, the latest first.
    package var latestFirst: [DropRecord] {
        unsafe Array(unsafeUninitializedCapacity: Self.capacity) { buffer, count in
            count = unsafe buffer.baseAddress.map { unsafe copy(to: $0) } ?? 0
        }
    }
}
