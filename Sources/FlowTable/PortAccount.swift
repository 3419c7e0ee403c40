/// What the connections that one port opened count for, and the order in which they would be
/// evicted.
///
/// Zeroed memory is the account of a port without connections.
struct PortAccount: BitwiseCopyable {
    /// One list for each evictable ``QuotaClass``, the oldest member first. Must be the first
    /// field.
    private var lists: InlineArray<3, IndexList>
    /// How many connections of each ``QuotaClass`` there are.
    private var counts: InlineArray<4, UInt32>

    var total: Int { counts.indices.reduce(0) { $0 + Int(counts[$1]) } }

    func count(_ quotaClass: QuotaClass) -> Int { Int(counts[Int(quotaClass.rawValue)]) }

    /// The slot that has been in `quotaClass` longest; zero if there is none.
    func oldest(_ quotaClass: QuotaClass) -> UInt32 {
        quotaClass == .settled ? 0 : lists[Int(quotaClass.rawValue)].first
    }

    mutating func add(_ count: Int32, to quotaClass: QuotaClass) {
        let index = Int(quotaClass.rawValue)
        counts[index] = UInt32(bitPattern: Int32(bitPattern: counts[index]) &+ count)
    }
}
