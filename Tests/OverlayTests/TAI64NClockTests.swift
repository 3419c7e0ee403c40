import Overlay
import Testing

@Suite struct TAI64NClockTests {
    private let start: UInt64 = 1_700_000_000_000_000_000
    private let second: UInt64 = 1_000_000_000

    @Test("labels strictly grow while the wall clock jumps to and fro")
    func growsAlways() {
        let random = SeededSource(seed: 9)
        var clock = TAI64NClock(last: nil)
        var last = TAI64N(wall: 0)
        for round in 0..<5000 {
            let wall = start &+ random.next(UInt64.self) % (200 * second) &- 100 * second
            let label = clock.next(wall: wall).label
            #expect(last < label, "seed 9, round \(round)")
            last = label
        }
    }

    @Test("labels follow the wall clock, but for their granularity")
    func followsTheClock() {
        var clock = TAI64NClock(last: nil)
        for step in 0..<100 {
            let wall = start + UInt64(step) * second / 3
            let label = clock.next(wall: wall).label
            let exact = TAI64N(wall: wall)
            #expect(label.seconds == exact.seconds && label <= exact)
            #expect(exact.nanoseconds - label.nanoseconds < TAI64NClock.granularity)
            #expect(label.nanoseconds % TAI64NClock.granularity == 0)
        }
    }

    @Test("after a restart from the persisted value labels lie above all given before")
    func growsAcrossRestarts() {
        let random = SeededSource(seed: 10)
        var persisted: TAI64N?
        var last = TAI64N(wall: 0)
        for run in 0..<200 {
            var clock = TAI64NClock(last: persisted)
            for _ in 0..<Int(random.next(UInt8.self) % 20) {
                let wall = start &+ random.next(UInt64.self) % (600 * second) &- 300 * second
                let (label, persist) = clock.next(wall: wall)
                if let persist {
                    #expect(label < persist)
                    persisted = persist
                }
                #expect(last < label, "seed 10, run \(run)")
                last = label
            }
        }
    }

    @Test("the reserve is persisted before the first label and once in a minute after")
    func persistsSeldom() {
        var clock = TAI64NClock(last: nil)
        let walls = (0..<600).map { start + UInt64($0) * second }
        let persisted = walls.compactMap { clock.next(wall: $0).persist }
        #expect(persisted.count == 10)
        var restarted = TAI64NClock(last: persisted.last)
        #expect(restarted.next(wall: start).persist != nil)
    }

    @Test("every label and every reserve fit together: no label is above what is persisted")
    func staysBelowReserve() {
        var clock = TAI64NClock(last: nil)
        var reserve = TAI64N(wall: 0)
        for step in 0..<10_000 {
            let (label, persist) = clock.next(wall: start + UInt64(step) * 30_000_000)
            reserve = persist ?? reserve
            #expect(label <= reserve)
        }
    }

    @Test("a persisted value at the end of time is no trap")
    func survivesTheEnd() {
        for nanoseconds: UInt32 in [0, 999_999_999, .max] {
            let last = TAI64N(seconds: .max, nanoseconds: nanoseconds)
            var clock = TAI64NClock(last: last)
            _ = clock.next(wall: start)
            _ = clock.next(wall: .max)
        }
        var clock = TAI64NClock(last: TAI64N(seconds: 7, nanoseconds: .max))
        #expect(TAI64N(seconds: 7, nanoseconds: .max) < clock.next(wall: 0).label)
    }
}
