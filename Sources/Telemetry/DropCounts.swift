/// How many frames were dropped for each ``DropReason``.
///
/// - Shape: a fixed array of 48 counts; reasons that do not exist yet stay zero.
public struct DropCounts: Sendable {
    /// Room for this many reasons; all counter blocks have it, so that adding a reason moves
    /// nothing.
    @usableFromInline static let count = 48

    private var counts: [48 of UInt64] = .init(repeating: 0)

    /// No drops.
    public init() {}

    /// The count for `reason`.
    public subscript(reason: DropReason) -> UInt64 {
        get { counts[Int(reason.rawValue)] }
        set { counts[Int(reason.rawValue)] = newValue }
    }

    /// The sum over all reasons.
    public var total: UInt64 { counts.indices.reduce(0) { $0 &+ counts[$1] } }

    /// The reasons that occurred and their counts, in the order of the frame's way.
    public var nonZero: [(reason: DropReason, count: UInt64)] {
        DropReason.allCases.map { ($0, self[$0]) }.filter { $0.count != 0 }
    }

    /// Applies `operation` to each pair of counts.
    private func combined(
        with other: DropCounts, _ operation: (UInt64, UInt64) -> UInt64
    ) -> DropCounts {
        var result = DropCounts()
        for index in counts.indices {
            result.counts[index] = operation(counts[index], other.counts[index])
        }
        return result
    }

    /// The sums, reason by reason; they wrap as counters do.
    public static func + (left: DropCounts, right: DropCounts) -> DropCounts {
        left.combined(with: right, &+)
    }

    /// The differences, reason by reason, right also across a wrap.
    public static func - (left: DropCounts, right: DropCounts) -> DropCounts {
        left.combined(with: right, &-)
    }
}

extension DropCounts: Equatable {
    /// Whether all counts are equal.
    public static func == (left: DropCounts, right: DropCounts) -> Bool {
        left.counts.indices.allSatisfy { left.counts[$0] == right.counts[$0] }
    }
}
