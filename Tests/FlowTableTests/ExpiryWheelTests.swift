import FlowTable
import Testing

@Suite struct ExpiryWheelTests {
    private let memory = ListMemory(
        listCount: ExpiryWheel.slotCount, memberCount: 200, spacing: 16)

    /// Takes everyone off whose deadline has come, and arms the others again; returns the former.
    private func expire(
        _ wheel: inout ExpiryWheel, _ deadlines: [UInt32: UInt64], now: UInt64
    ) -> Set<UInt32> {
        var (expired, visits): (Set<UInt32>, Int) = ([], 0)
        while case let index = wheel.due(now: now), index != 0 {
            visits += 1
            #expect(visits < 10_000, "the wheel goes round for ever at \(now)")
            if visits > 10_000 { break }
            if deadlines[index]! <= now {
                wheel.disarm(index)
                expired.insert(index)
            } else {
                wheel.arm(index, deadline: deadlines[index]!, now: now)
            }
        }
        return expired
    }

    @Test("members come up at the first look in or after the tick of their deadline")
    func againstNaive() {
        for seed in 0..<20 as Range<UInt64> { compare(seed: seed) }
    }

    private func compare(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        let memory = ListMemory(listCount: 256, memberCount: 200, spacing: 16)
        var wheel = ExpiryWheel(memory.lists)
        var deadlines: [UInt32: UInt64] = [:]
        var now = UInt64.random(in: 0..<1 << 50, using: &generator)
        for round in 0..<3_000 {
            let index = UInt32.random(in: 1..<200, using: &generator)
            let timeout = UInt64.random(
                in: 0..<[2, 30, 600][round % 3] * second, using: &generator)
            deadlines[index] = now + timeout
            wheel.arm(index, deadline: now + timeout, now: now)
            let pause = round % 97 == 0 ? 400 * second : [1, 3][round & 1] * second
            now += UInt64.random(in: 0..<pause, using: &generator)
            let tick = now / second * second
            let expected = Set(deadlines.filter { $0.value <= tick }.keys)
            let expired = expire(&wheel, deadlines, now: now)
            // Within the running tick a member may come up early, if its time has come already.
            #expect(expired.isSuperset(of: expected), "seed \(seed), round \(round)")
            #expect(expired.allSatisfy { deadlines[$0]! <= now }, "seed \(seed), round \(round)")
            for index in expired { deadlines[index] = nil }
        }
    }

    @Test("a disarmed member never comes up")
    func disarm() {
        var wheel = ExpiryWheel(memory.lists)
        wheel.arm(1, deadline: 5 * second, now: 0)
        wheel.arm(2, deadline: 5 * second, now: 0)
        wheel.disarm(1)
        #expect(wheel.due(now: 5 * second - 1) == 0)
        #expect(expire(&wheel, [2: 0], now: 5 * second) == [2])
        #expect(wheel.due(now: 500 * second) == 0)
    }

    @Test("nobody is lost when nobody looked for a year")
    func longPause() {
        var wheel = ExpiryWheel(memory.lists)
        var deadlines: [UInt32: UInt64] = [:]
        for index in 1..<200 as Range<UInt32> {
            deadlines[index] = UInt64(index) * 7 * second
            wheel.arm(index, deadline: deadlines[index]!, now: 0)
        }
        #expect(expire(&wheel, deadlines, now: 31_536_000 * second).count == 199)
    }

    @Test("a deadline far away, behind, or by a clock that lags comes up early rather than late")
    func strangeDeadlines() {
        var wheel = ExpiryWheel(memory.lists)
        #expect(wheel.due(now: 1_000 * second) == 0)
        wheel.arm(1, deadline: .max, now: 1_000 * second)
        #expect(wheel.due(now: 1_000 * second + 256 * second) == 1)
        wheel.arm(1, deadline: 0, now: 1_256 * second)
        #expect(wheel.due(now: 1_256 * second) == 0)
        #expect(wheel.due(now: 1_257 * second) == 1)
        wheel.disarm(1)
        #expect(wheel.due(now: 1_257 * second) == 0)
        wheel.arm(2, deadline: 900 * second, now: 800 * second)
        #expect(wheel.due(now: 1_258 * second) == 2)
    }
}
