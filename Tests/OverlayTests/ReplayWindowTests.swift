import Overlay
import Testing

@Suite struct ReplayWindowTests {
    /// What ``ReplayWindow`` must do, said with a set.
    private struct NaiveWindow {
        var greatest: UInt64?
        var seen: Set<UInt64> = []

        mutating func accept(_ counter: UInt64) -> Bool {
            guard counter < .max - 8_192 else { return false }
            if let greatest, counter + 8_128 < greatest { return false }
            greatest = max(greatest ?? 0, counter)
            return seen.insert(counter).inserted
        }
    }

    @Test("the window agrees with a set of all counters seen", arguments: 0..<20 as Range<UInt64>)
    func againstNaive(seed: UInt64) {
        let random = SimulatedRandom(seed: seed)
        var window = ReplayWindow()
        var naive = NaiveWindow()
        var head: UInt64 = seed % 2 == 0 ? 0 : random.word() >> 1
        for step in 0..<20_000 {
            let counter = Self.counter(near: &head, random)
            let expected = naive.accept(counter)
            let accepted = window.accept(counter)
            #expect(accepted == expected, "seed \(seed), step \(step), counter \(counter)")
            if accepted != expected { return }
        }
    }

    /// A counter at the head, near it, far behind or far ahead.
    private static func counter(near head: inout UInt64, _ random: SimulatedRandom) -> UInt64 {
        switch random.word() % 100 {
        case 0: head += random.word() % 20_000
        case 1: head += [63, 64, 65, 8_127, 8_128, 8_129, 8_191, 8_192][Int(random.word() % 8)]
        case 2..<50: head += 1
        case 50..<90: return head - min(head, random.word() % 200)
        case 90..<95:
            return head - min(head, 8_120 + random.word() % 16)
        default: return head - min(head, random.word() % 9_000)
        }
        return head
    }

    @Test("counter 0 is accepted, once")
    func zero() {
        var window = ReplayWindow()
        let results = [window.accept(0), window.accept(0), window.accept(1), window.accept(0)]
        #expect(results == [true, false, true, false])
    }

    @Test("what lies 8,128 behind is still known, what lies further is refused")
    func edge() {
        var window = ReplayWindow()
        let head: UInt64 = 1_000_000
        let results = [
            window.accept(head), window.accept(head - 8_128), window.accept(head - 8_128),
            window.accept(head - 8_129), window.accept(head + 1), window.accept(head - 8_128),
        ]
        #expect(results == [true, true, false, false, true, false])
    }

    @Test("a whole round of the ring is accepted again only with counters of its own")
    func roundTheRing() {
        var window = ReplayWindow()
        for round in 0..<3 as Range<UInt64> {
            for counter in 0..<8_192 as Range<UInt64> {
                let isNew = window.accept(round * 8_192 + counter)
                #expect(isNew)
            }
        }
        let replayed = (16_447..<24_576 as Range<UInt64>).count { window.accept($0) }
        #expect(replayed == 0)
    }

    @Test("no counter from the limit on is accepted, and none moves the window")
    func limit() {
        var window = ReplayWindow()
        let limit = UInt64.max - (1 << 13)
        let results = [
            window.accept(.max), window.accept(limit), window.accept(0), window.accept(limit - 1),
            window.accept(limit - 1), window.accept(limit - 8_129),
        ]
        #expect(results == [false, false, true, true, false, true])
    }
}
