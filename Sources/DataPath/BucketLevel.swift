/// How fast a bucket of tokens fills, and how many it holds.
package struct BucketRate: BitwiseCopyable, Sendable {
    /// How long a token takes, in nanoseconds.
    let interval: UInt64
    /// How long a full bucket took, in nanoseconds.
    let depth: UInt64

    /// `perSecond` tokens a second, of which at most `burst` are saved; both at least 1.
    package init(perSecond: UInt64, burst: UInt64) {
        interval = max(1_000_000_000 / max(perSecond, 1), 1)
        depth = interval &* max(burst, 1)
    }

    /// A token each `interval` nanoseconds, saved for one second.
    init(interval: UInt64) {
        self.interval = interval
        depth = max(1_000_000_000, interval)
    }
}

/// The level of a bucket of tokens in one word, for tables of many; the rate is kept elsewhere.
///
/// - Shape: the moment at which the bucket will be full again. Zero is a full bucket.
/// - Unit: monotonic nanoseconds, handed in; a clock that goes back gives nothing more.
/// - A bucket that holds one second's worth keeps its share when its rate changes.
package struct BucketLevel: BitwiseCopyable {
    private var fullAt: UInt64 = 0

    /// A full bucket.
    package init() {}

    /// Whether there is a token at `now`.
    package func holds(_ rate: BucketRate, now: UInt64) -> Bool {
        max(fullAt, now) &- now &+ rate.interval <= rate.depth
    }

    /// Takes a token; false when there is none.
    package mutating func take(_ rate: BucketRate, now: UInt64) -> Bool {
        guard holds(rate, now: now) else { return false }
        fullAt = max(fullAt, now) &+ rate.interval
        return true
    }

    /// Gives a token back that was taken and not used.
    package mutating func giveBack(_ rate: BucketRate) {
        fullAt = fullAt > rate.interval ? fullAt &- rate.interval : 0
    }
}
