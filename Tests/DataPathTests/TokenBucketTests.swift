import DataPath
import Testing

@Suite struct TokenBucketTests {
    @Test("a full bucket gives its burst, then its rate, whatever the steps of time")
    func limits() {
        for step in [1_000_000, 10_000_000, 999_999_999] as [UInt64] {
            var bucket = TokenBucket(rate: 100, burst: 20)
            var now: UInt64 = 5_000_000_000
            let end = now + 10_000_000_000
            var taken = 0
            var isBounded = true
            while now < end {
                // As many as it gives at this moment; never more than the burst.
                var atOnce = 0
                while bucket.take(now: now) { atOnce += 1 }
                isBounded = isBounded && atOnce <= 20
                taken += atOnce
                now += step
            }
            #expect(isBounded)
            #expect(taken <= 20 + 1_000)
            if step < 200_000_000 { #expect(taken >= 1_000) }
        }
    }

    @Test("a clock that stands still or goes back gives nothing more")
    func survivesBadClock() {
        var bucket = TokenBucket(rate: 1, burst: 1)
        let taken = [1_000, 1_000, 0, 1_000_001_000].map { bucket.take(now: $0) }
        #expect(taken == [true, false, false, true])
    }

    @Test("time that jumps to the end of the range does not trap")
    func survivesTheEndOfTime() {
        var bucket = TokenBucket(rate: 1_000_000, burst: 1_000)
        let taken = [bucket.take(now: .max), bucket.take(now: .max)]
        #expect(taken == [true, true])
    }
}
