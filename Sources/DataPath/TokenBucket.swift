/// A rate limit: `rate` tokens a second, at most `burst` saved.
///
/// - Unit: time in monotonic nanoseconds, handed in.
package struct TokenBucket: BitwiseCopyable {
    private let burst: UInt64
    private let interval: UInt64
    private var credit: UInt64
    private var last: UInt64 = 0

    /// A full bucket of `burst` tokens that gains `rate` a second; both at least 1.
    package init(rate: UInt64, burst: UInt64) {
        interval = 1_000_000_000 / max(rate, 1)
        self.burst = burst &* interval
        credit = self.burst
    }

    /// Takes a token; false when there is none.
    package mutating func take(now: UInt64) -> Bool {
        if now > last {
            credit = min(burst, credit &+ min(now &- last, burst))
            last = now
        }
        guard credit >= interval else { return false }
        credit &-= interval
        return true
    }
}
