/// Gives labels that strictly grow: when the wall clock goes backwards, and after a restart.
///
/// Not every label is persisted. A *reserve* ahead of the labels is, and only when they reach it; a
/// restart begins above the reserve. So labels may run up to ``reserveSeconds`` ahead of the wall
/// clock, which no peer minds.
package struct TAI64NClock: Sendable {
    /// How far a new reserve lies ahead of the label that needed it.
    package static let reserveSeconds: UInt64 = 60
    /// Labels are multiples of this many nanoseconds, so that they tell a peer less about this
    /// host's clock; the same 2^24 ns as wireguard-go. Peers accept one initiation in 20 ms.
    package static let granularity: UInt32 = 1 << 24

    private var last: TAI64N?
    private var reserve: TAI64N?

    /// A clock whose labels all lie above `last`, the reserve that an earlier clock asked to
    /// persist; nil if there was none.
    package init(last: TAI64N?) {
        self.last = last
        reserve = last
    }

    /// The next label, at `wall` nanoseconds since 1970, and the reserve to persist, if any,
    /// *before* the label is used.
    package mutating func next(wall: UInt64) -> (label: TAI64N, persist: TAI64N?) {
        let coarse = Self.coarse(TAI64N(wall: wall))
        let label = last.map { max(coarse, Self.successor($0)) } ?? coarse
        last = label
        if let reserve, label <= reserve { return (label, nil) }
        let (seconds, overflows) = label.seconds.addingReportingOverflow(Self.reserveSeconds)
        let next = TAI64N(seconds: overflows ? .max : seconds, nanoseconds: label.nanoseconds)
        reserve = next
        return (label, next)
    }

    private static func coarse(_ label: TAI64N) -> TAI64N {
        TAI64N(seconds: label.seconds, nanoseconds: label.nanoseconds & ~(granularity - 1))
    }

    /// The label one step later.
    private static func successor(_ label: TAI64N) -> TAI64N {
        let nanoseconds = coarse(label).nanoseconds.addingReportingOverflow(granularity)
        if !nanoseconds.overflow && nanoseconds.partialValue < 1_000_000_000 {
            return TAI64N(seconds: label.seconds, nanoseconds: nanoseconds.partialValue)
        }
        // Beyond the last second of time there is no label; a foreign file may claim it.
        return TAI64N(seconds: label.seconds &+ 1, nanoseconds: 0)
    }
}
