import DataPath
import Testing

@Suite struct BucketLevelTests {
    @Test("a level gives what a bucket of whole tokens gives, at random moments")
    func againstModel() {
        var generator = SystemRandomNumberGenerator()
        for perSecond in [1, 3, 7, 1_000, 999_983] as [UInt64] {
            let rate = BucketRate(perSecond: perSecond, burst: perSecond)
            var (level, now) = (BucketLevel(), UInt64(5_000_000_000))
            // The model keeps the time that the bucket has saved, in nanoseconds.
            let interval = 1_000_000_000 / perSecond
            var (saved, last) = (interval * perSecond, now)
            var isAgreed = true
            for _ in 0..<20_000 {
                now += UInt64.random(in: 0..<(2 * interval), using: &generator)
                saved = min(interval * perSecond, saved + now - last)
                last = now
                let isThere = saved >= interval
                if isThere { saved -= interval }
                isAgreed = isAgreed && level.holds(rate, now: now) == isThere
                isAgreed = isAgreed && level.take(rate, now: now) == isThere
            }
            #expect(isAgreed, "\(perSecond) a second")
        }
    }

    @Test("a full bucket gives its burst at once, and a token given back is there again")
    func givesBack() {
        let rate = BucketRate(perSecond: 10, burst: 3)
        var level = BucketLevel()
        let atOnce = (0..<5).map { _ in level.take(rate, now: 9) }
        #expect(atOnce == [true, true, true, false, false])
        level.giveBack(rate)
        let again = (0..<2).map { _ in level.take(rate, now: 9) }
        #expect(again == [true, false])
        for _ in 0..<9 { level.giveBack(rate) }
        let full = (0..<4).map { _ in level.take(rate, now: 9) }
        #expect(full == [true, true, true, false])
    }

    @Test("a clock that goes back gives nothing, and the end of time does not trap")
    func survivesBadClock() {
        let rate = BucketRate(perSecond: 1, burst: 1)
        var level = BucketLevel()
        let taken = [1_000, 1_000, 0, 1_000_001_000].map { level.take(rate, now: $0) }
        #expect(taken == [true, false, false, true])
        var last = BucketLevel()
        let isTaken = last.take(rate, now: .max)
        #expect(isTaken)
    }
}
