/// How many lines may be logged: a steady rate, and bursts. What does not fit is counted.
package struct LogBudget: Sendable {
    private let perSecond: Double
    private let burst: Double
    private var tokens: Double
    private var last: ContinuousClock.Instant?
    private var suppressed = 0

    /// A budget that refills with `perSecond` lines a second up to `burst`.
    package init(perSecond: Int, burst: Int) {
        self.perSecond = Double(perSecond)
        self.burst = Double(burst)
        tokens = Double(burst)
    }

    /// Takes room for a line; false when there is none, which is counted.
    package mutating func take(now: ContinuousClock.Instant) -> Bool {
        refill(now)
        guard tokens >= 1 else {
            suppressed += 1
            return false
        }
        tokens -= 1
        return true
    }

    /// How many lines found no room since the last call; zero while there is still none.
    package mutating func takeSuppressed(now: ContinuousClock.Instant) -> Int {
        refill(now)
        guard tokens >= 1, suppressed > 0 else { return 0 }
        defer { suppressed = 0 }
        return suppressed
    }

    private mutating func refill(_ now: ContinuousClock.Instant) {
        defer { last = now }
        guard let last else { return }
        let seconds = (now - last) / .seconds(1)
        tokens = min(burst, tokens + seconds * perSecond)
    }
}
