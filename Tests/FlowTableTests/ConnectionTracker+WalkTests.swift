import FlowTable
import Packet
import Testing

@Suite struct ConnectionTrackerWalkTests {
    private func filled(_ count: Int) throws -> ConnectionTracker {
        let tracker = try ConnectionTracker(limits: ConnectionLimits(), secret: secret)
        for number in 0..<count {
            tracker.mustOpen(key(number, .udp), from: UInt16(number % 3)).ignore()
        }
        return tracker
    }

    @Test(
        "a walk meets every connection once, whatever the buffer holds", arguments: [1, 7, 5_000])
    func everyRecordOnce(size: Int) throws {
        let tracker = try filled(3_000)
        let keys = tracker.allRecords(stepSize: size).map(\.key)
        #expect(keys.count == 3_000 && Set(keys) == Set((0..<3_000).map { key($0, .udp) }))
    }

    @Test("a walk over nothing ends, as does one with a cursor from elsewhere or without a buffer")
    func ends() throws {
        let tracker = try filled(0)
        let none = tracker.allRecords()
        #expect(none.isEmpty)
        for start in [-1, -5, 1 << 40, Int.max] {
            var cursor = start
            let written = withUnsafeTemporaryAllocation(of: ConnectionRecord.self, capacity: 4) {
                tracker.records(from: &cursor, into: $0)
            }
            #expect(written == 0 && cursor < 0)
        }
        var cursor = 0
        let empty = UnsafeMutableBufferPointer<ConnectionRecord>(start: nil, count: 0)
        let written = tracker.records(from: &cursor, into: empty)
        #expect(written == 0 && cursor < 0)
    }

    @Test("a step is bounded: it looks at 256 slots")
    func boundedSteps() throws {
        let tracker = try filled(20_000)
        var (cursor, steps, removed) = (0, 0, 0)
        while cursor >= 0 {
            let step = tracker.removeAll(port: port(99), from: &cursor)
            #expect(step <= 256)
            removed += step
            steps += 1
        }
        #expect(removed == 20_000 && steps > 20_000 / 256)
    }

    @Test("a port's connections go from both its sides, and no other")
    func removePort() throws {
        let tracker = try filled(300)
        let inward = ConnectionOpening(
            key(1_000, .udp), ConnectionPorts(original: port(50), reply: port(1)),
            ConnectionJudgement(generation: 1, egressRule: 0, ingressRule: 0),
            first: step(.original))
        _ = tracker.open(inward)
        let removed = tracker.removeAll(port: port(1))
        #expect(removed == 101)
        let left = Set(tracker.allRecords().map(\.ports.original.rawValue))
        let counts = (0..<3).map { tracker.counts(of: port($0)).total }
        let charged = tracker.counts(of: port(50)).total
        #expect(left == [0, 2] && counts == [100, 0, 100] && charged == 0)
        let again = tracker.removeAll(port: port(1))
        #expect(again == 0)
    }

    @Test("what a removed port had open is found no more, and expires no more")
    func removedIsGone() throws {
        let tracker = try filled(30)
        let match = tracker.find(key(1, .udp))
        tracker.removeAll(port: port(99))
        let found = tracker.find(key(1, .udp)) == nil
        let outcome = tracker.advance(match!.reference, step(.original))
        let expired = tracker.expire(now: 1_000 * second, budget: 1_000)
        #expect(found && outcome == .gone && expired == 0)
    }
}
