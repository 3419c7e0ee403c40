import FlowTable
import Packet
import Testing

@Suite struct ConnectionShardTests {
    /// Small enough for one shard, whose 2,048 slots 2,047 connections can fill.
    private func small() throws -> ConnectionTracker {
        var limits = ConnectionLimits()
        (limits.capacity, limits.perPort) = (1_000, 1_000)
        limits.unrepliedPerPort = 1_000
        return try ConnectionTracker(limits: limits, secret: secret)
    }

    @Test("chains under churn agree with a dictionary")
    func againstDictionary() throws {
        let tracker = try small()
        var (model, generator) = ([FlowKey: ConnectionReference](), SeededGenerator(seed: 31))
        for round in 0..<300_000 {
            let key = key(Int.random(in: 0..<900, using: &generator), .udp)
            let asked = Bool.random(using: &generator) ? key : key.reversed
            let found = tracker.find(asked)?.reference
            if found != model[key] { Issue.record("seed 31, round \(round)") }
            switch (round % 3, found) {
            case (0, let reference?):
                tracker.close(reference)
                model[key] = nil
            case (1, nil): model[key] = tracker.mustOpen(key)
            default: break
            }
        }
        let count = tracker.count
        #expect(count == model.count && count > 100)
    }

    @Test("a slot that is used again has another serial each time")
    func serials() throws {
        let tracker = try small()
        var references: Set<ConnectionReference> = []
        for _ in 0..<1_000 {
            let reference = tracker.mustOpen(key(1, .udp))
            let isNew = references.insert(reference).inserted
            #expect(isNew && reference != .none)
            tracker.close(reference)
        }
    }

    @Test("a refused opening leaks no slot")
    func refusalsLeakNothing() throws {
        let tracker = try small()
        for number in 0..<1_000 {
            let outcome = tracker.advance(tracker.mustOpen(key(number, .udp)), step(.reply))
            #expect(outcome == .accepted)
        }
        let refused = (1_000..<20_000).filter {
            tracker.open(opening(key($0, .udp))) == .limitReached
        }
        #expect(refused.count == 19_000)
        let isClosed = tracker.close(tracker.find(key(5, .udp))!.reference)
        let reference = tracker.mustOpen(key(30_000, .udp))
        #expect(isClosed && reference != .none)
    }

    @Test("a default tracker takes its full capacity")
    func capacity() throws {
        let tracker = try ConnectionTracker(limits: ConnectionLimits(), secret: secret)
        for number in 0..<262_144 {
            let reference = tracker.mustOpen(key(number, .udp), from: UInt16(number >> 13))
            if reference == .none { Issue.record("refused at \(number)") }
        }
        let (count, refused) = (tracker.count, tracker.open(opening(key(1 << 19), from: 99)))
        #expect(count == 262_144 && refused == .limitReached)
    }
}
