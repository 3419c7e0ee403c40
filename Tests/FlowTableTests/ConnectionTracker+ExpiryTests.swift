import FlowTable
import Packet
import Testing

@Suite struct ConnectionTrackerExpiryTests {
    /// A row: what is sent at time zero, and for how many seconds the connection then stays.
    struct Idle: Sendable {
        let ipProtocol: IPProtocol
        let steps: [ConnectionStep]
        let seconds: UInt64

        init(_ ipProtocol: IPProtocol, _ steps: [ConnectionStep], _ seconds: UInt64) {
            (self.ipProtocol, self.steps, self.seconds) = (ipProtocol, steps, seconds)
        }
    }

    private static let handshake = [step(.reply, [.syn, .ack]), step(.original, .ack)]

    @Test(
        "an idle connection stays for its state's timeout, to the second",
        arguments: [
            Idle(.tcp, [], 30), Idle(.tcp, [handshake[0]], 30), Idle(.tcp, handshake, 7_200),
            Idle(.tcp, handshake + [step(.reply, [.fin, .ack])], 60),
            Idle(.tcp, handshake + [step(.reply, .rst)], 10), Idle(.udp, [], 30),
            Idle(.udp, [step(.reply)], 120), Idle(.icmp, [], 30), Idle(.sctp, [step(.reply)], 60),
        ])
    func timeouts(idle: Idle) throws {
        let tracker = try ConnectionTracker(limits: ConnectionLimits(), secret: secret)
        let reference = tracker.mustOpen(key(1, idle.ipProtocol))
        for step in idle.steps {
            let outcome = tracker.advance(reference, step)
            #expect(outcome == .accepted)
        }
        for elapsed in 1..<idle.seconds {
            let removed = tracker.expire(now: elapsed * second, budget: 1_000)
            if removed != 0 { Issue.record("gone after \(elapsed) s") }
        }
        let last = tracker.expire(now: idle.seconds * second, budget: 1_000)
        let (count, total) = (tracker.count, tracker.counts(of: port(1)).total)
        #expect(last == 1 && count == 0 && total == 0)
    }

    @Test("a frame before the timeout keeps the connection, a refused one does not")
    func activity() throws {
        let tracker = try ConnectionTracker(limits: ConnectionLimits(), secret: secret)
        let (kept, lost) = (tracker.mustOpen(key(1, .udp)), tracker.mustOpen(key(2)))
        let accepted = tracker.advance(kept, step(.original, at: 29 * second))
        let refused = tracker.advance(lost, step(.original, .ack, at: 29 * second))
        #expect(accepted == .accepted && refused == .invalidState)
        let removed = [58, 59].map { tracker.expire(now: $0 * second, budget: 1_000) }
        #expect(removed == [1, 1])
    }

    @Test("traffic on a virtual clock expires exactly as in a naive model")
    func againstNaive() throws {
        for seed in 0..<5 as Range<UInt64> { try compare(seed: seed) }
    }

    private func compare(seed: UInt64) throws {
        let tracker = try ConnectionTracker(limits: ConnectionLimits(), secret: secret)
        var generator = SeededGenerator(seed: seed)
        var (model, now) = ([FlowKey: (seen: UInt64, isReplied: Bool)](), 77 * second)
        for round in 0..<20_000 {
            let number = Int.random(in: 0..<300, using: &generator)
            send(number, now, on: tracker, &model)
            now += UInt64.random(in: 0..<(round % 500 == 0 ? 90 : 1) * second, using: &generator)
            tracker.expire(now: now, budget: .max)
            for (key, entry) in model where isOver(key, entry, at: now, on: tracker) {
                model[key] = nil
            }
            let isEqual = tracker.count == model.count
            if !isEqual { Issue.record("seed \(seed), round \(round)") }
        }
        let keys = Set(tracker.allRecords().map(\.key))
        #expect(keys == Set(model.keys), "seed \(seed)")
    }

    /// Whether a connection has to be gone; within the running second of its deadline it may be.
    private func isOver(
        _ key: FlowKey, _ entry: (seen: UInt64, isReplied: Bool), at now: UInt64,
        on tracker: borrowing ConnectionTracker
    ) -> Bool {
        let deadline = entry.seen + (entry.isReplied ? 120 : 30) * second
        return deadline <= now / second * second || deadline <= now && tracker.find(key) == nil
    }

    /// UDP both ways, chosen by the number.
    private func send(
        _ number: Int, _ now: UInt64, on tracker: borrowing ConnectionTracker,
        _ model: inout [FlowKey: (seen: UInt64, isReplied: Bool)]
    ) {
        let key = key(number / 2, .udp)
        let isReply = number % 2 == 1
        guard let match = tracker.find(isReply ? key.reversed : key) else {
            tracker.mustOpen(key, at: now).ignore()
            model[key] = (now, false)
            return
        }
        let outcome = tracker.advance(match.reference, step(match.direction, at: now))
        #expect(outcome == .accepted && model[key] != nil)
        model[key] = (now, model[key]!.isReplied || match.direction == .reply)
    }

    @Test("a call looks at no more connections than its budget, and the rest waits its turn")
    func budget() throws {
        let tracker = try ConnectionTracker(limits: ConnectionLimits(), secret: secret)
        for number in 0..<1_000 { tracker.mustOpen(key(number, .udp)).ignore() }
        var (removed, calls) = (0, 0)
        while removed < 1_000 && calls < 2_000 {
            let step = tracker.expire(now: 40 * second, budget: 7)
            #expect(step <= 7)
            removed += step
            calls += 1
        }
        let count = tracker.count
        #expect(removed == 1_000 && count == 0 && calls < 300)
        let nothing = tracker.expire(now: 40 * second, budget: 7)
        #expect(nothing == 0)
    }

    @Test("timeouts without end do not overflow")
    func endless() throws {
        var limits = ConnectionLimits()
        limits.timeouts.udpUnreplied = .max
        let tracker = try ConnectionTracker(limits: limits, secret: secret)
        tracker.mustOpen(key(1, .udp), at: 5 * second).ignore()
        let removed = (1..<2_000).reduce(0) {
            $0 + tracker.expire(now: UInt64($1) * 100 * second, budget: 10_000)
        }
        let count = tracker.count
        #expect(removed == 0 && count == 1)
    }
}
