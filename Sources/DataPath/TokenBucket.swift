/// A rate limit: `rate` tokens a second, at most `burst` saved.
///
/// - Unit: time in monotonic nanoseconds, handed in.
package struct TokenBucket: BitwiseCopyable {
    private let rate: BucketRate
    private var level = BucketLevel()

    /// A full bucket of `burst` tokens that gains `rate` a second; both at least 1.
    package init(rate: UInt64, burst: UInt64) {
        self.rate = BucketRate(perSecond: rate, burst: burst)
    }

    /// Takes a token; false when there is none.
    package mutating func take(now: UInt64) -> Bool { level.take(rate, now: now) }
}
