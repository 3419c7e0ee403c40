import Overlay
import Testing

@Suite struct PathMTUProbeTests {
    /// A path that answers echoes up to a size, and a probe on it.
    private struct Path {
        var carries: Int
        var probe = PathMTUProbe(base: 1_216, limit: 1_440, now: start)
        var now = start
        var sent: [Int] = []
        static let start = 50 * second

        init(carries: Int) { self.carries = carries }

        /// Lets time pass in ticks of 100 ms; answers come within one.
        mutating func run(seconds: UInt64) {
            for _ in 0..<seconds * 10 {
                now += 100 * millisecond
                while let byteCount = probe.next(now: now) {
                    sent.append(byteCount)
                    guard byteCount <= carries else { break }
                    probe.acknowledged(byteCount, now: now)
                }
            }
        }
    }

    @Test("a path that carries everything is confirmed with one echo")
    func full() {
        var path = Path(carries: 9_000)
        #expect(path.probe.plaintextByteCount == 1_440)
        path.run(seconds: 1)
        #expect(path.sent == [1_440])
        #expect(path.probe.state == .confirmed)
        path.run(seconds: 60)
        #expect(path.sent == [Int](repeating: 1_440, count: 5), "and confirmed every 15 s")
    }

    @Test("the largest size that passes is found, exactly", arguments: 1_216...1_440)
    func search(carries: Int) {
        var path = Path(carries: carries)
        path.run(seconds: 30)
        #expect(path.probe.state == .confirmed)
        #expect(path.probe.plaintextByteCount == carries & ~15)
        #expect(path.sent.allSatisfy { $0 % 16 == 0 && (1_216...1_440).contains($0) })
        #expect(path.sent.count < 20)
    }

    @Test("a peer that answers no echo keeps the size that the first hop allows")
    func unanswered() {
        var path = Path(carries: 0)
        path.run(seconds: 120)
        #expect(path.probe.state == .unanswered)
        #expect(path.probe.plaintextByteCount == 1_440)
        #expect(path.sent.count < 50, "and is not asked all the time")
        path.carries = 1_300
        path.run(seconds: 60)
        #expect(path.probe.plaintextByteCount == 1_296)
    }

    @Test("a path that shrinks without a word is noticed after three lost echoes")
    func blackHole() {
        var path = Path(carries: 1_440)
        path.run(seconds: 1)
        path.carries = 1_399
        path.run(seconds: 15 + 3)
        #expect(path.probe.plaintextByteCount < 1_400)
        path.run(seconds: 15)
        #expect(path.probe.state == .confirmed)
        #expect(path.probe.plaintextByteCount == 1_392)
    }

    @Test("a lost echo or two change nothing")
    func twoLosses() {
        var probe = PathMTUProbe(base: 1_216, limit: 1_440, now: 0)
        #expect(probe.next(now: 0) == 1_440)
        #expect(probe.next(now: second - 1) == nil)
        #expect(probe.next(now: second) == 1_440)
        #expect(probe.next(now: 2 * second) == 1_440)
        probe.acknowledged(1_440, now: 2 * second)
        #expect(probe.state == .confirmed)
        #expect(probe.plaintextByteCount == 1_440)
    }

    @Test("a peer that is down for a while keeps its size")
    func down() {
        var path = Path(carries: 1_350)
        path.run(seconds: 30)
        #expect(path.probe.plaintextByteCount == 1_344)
        path.carries = 0
        path.run(seconds: 300)
        #expect(path.probe.plaintextByteCount == 1_344)
        path.carries = 1_350
        path.run(seconds: 60)
        #expect(path.probe.state == .confirmed)
        #expect(path.probe.plaintextByteCount == 1_344)
    }

    @Test("a path that grows is noticed after ten minutes, and the size holds meanwhile")
    func grows() {
        var path = Path(carries: 1_300)
        path.run(seconds: 30)
        path.carries = 1_440
        path.run(seconds: 500)
        #expect(path.probe.plaintextByteCount == 1_296)
        path.run(seconds: 150)
        #expect(path.probe.plaintextByteCount == 1_440)
        path.carries = 1_300
        path.run(seconds: 40)
        #expect(path.probe.plaintextByteCount == 1_296)
        path.run(seconds: 700)
        #expect(path.probe.plaintextByteCount == 1_296, "a vain look for more costs nothing")
    }

    @Test("a size that the kernel refuses is out at once")
    func refused() {
        var probe = PathMTUProbe(base: 1_216, limit: 1_440, now: 0)
        #expect(probe.next(now: 0) == 1_440)
        probe.refused(1_440, now: 0)
        #expect(probe.next(now: 0) == 1_216)
        probe.acknowledged(1_216, now: 1)
        #expect(probe.plaintextByteCount == 1_216)
        #expect(probe.next(now: 1) == 1_328)
        probe.restart(limit: 8_928, now: 2)
        #expect(probe.plaintextByteCount == 8_928)
        #expect(probe.next(now: 2) == 8_928)
        probe.acknowledged(8_928, now: 3)
        probe.refused(8_000, now: 4)
        #expect(probe.next(now: 4) == 1_216)
    }

    @Test("answers that nobody waits for change nothing")
    func strayAnswers() {
        var probe = PathMTUProbe(base: 1_216, limit: 1_440, now: 0)
        for byteCount in [0, 1_216, 1_440, 9_000, -16] { probe.acknowledged(byteCount, now: 0) }
        #expect(probe.state == .searching)
        _ = probe.next(now: 0)
        for byteCount in [0, 1_216, 9_000, .max, .min] { probe.acknowledged(byteCount, now: 0) }
        for byteCount in [0, 1_216, 9_000, .max, .min] { probe.refused(byteCount, now: 0) }
        #expect(probe.state == .searching)
        #expect(probe.next(now: 0) == nil)
    }
}
