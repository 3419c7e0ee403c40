import FlowTable
import Packet
import Testing

@Suite struct PortLedgerTests {
    private static var limits: ConnectionLimits {
        var limits = ConnectionLimits()
        (limits.capacity, limits.perPort) = (100, 10)
        (limits.halfOpenPerPort, limits.unrepliedPerPort) = (4, 5)
        return limits
    }

    @Test("at the quota the oldest half-open connection of the port gives way, in order")
    func halfOpenOrder() throws {
        let tracker = try ConnectionTracker(limits: Self.limits, secret: secret)
        for number in 0..<9 {
            tracker.mustOpen(key(number), at: UInt64(number)).ignore()
            let held = (0...number).filter { tracker.find(key($0)) != nil }
            #expect(held == Array(max(0, number - 3)...number))
        }
        let counts = tracker.counts(of: port(1))
        #expect(counts.total == 4 && counts.halfOpen == 4 && counts.unreplied == 0)
    }

    @Test("at the quota the oldest unreplied connection gives way, replied ones stay")
    func unrepliedOrder() throws {
        let tracker = try ConnectionTracker(limits: Self.limits, secret: secret)
        for number in 0..<4 {
            let reference = tracker.mustOpen(key(number, .udp))
            let outcome = tracker.advance(reference, step(.reply))
            #expect(outcome == .accepted)
        }
        for number in 4..<20 { tracker.mustOpen(key(number, .udp)).ignore() }
        let held = (0..<20).filter { tracker.find(key($0, .udp)) != nil }
        #expect(held == [0, 1, 2, 3, 15, 16, 17, 18, 19])
    }

    @Test("a completed handshake leaves the half-open quota, and is never evicted")
    func establishedStay() throws {
        let tracker = try ConnectionTracker(limits: Self.limits, secret: secret)
        for number in 0..<10 { establish(number, tracker) }
        let counts = tracker.counts(of: port(1))
        #expect(counts.total == 10 && counts.halfOpen == 0)
        let admission = tracker.open(opening(key(10)))
        #expect(admission == .limitReached)
        let held = (0..<10).filter { tracker.find(key($0))?.state == .established }
        #expect(held == Array(0..<10))
    }

    @Test("of a full port the finished connections go first, then the oldest without an answer")
    func evictionOrder() throws {
        let tracker = try ConnectionTracker(limits: Self.limits, secret: secret)
        tracker.mustOpen(key(100, .udp), at: 1).ignore()
        tracker.mustOpen(key(101), at: 2).ignore()
        tracker.mustOpen(key(102, .udp), at: 3).ignore()
        for number in 0..<7 { establish(number, tracker) }
        for number in [5, 3] { reset(number, tracker) }
        for expected in [key(5), key(3), key(100, .udp), key(101), key(102, .udp)] {
            let isHeld = tracker.find(expected) != nil
            establish(Int(tracker.count) + 1_000 + Int(expected.tuple.sourcePort), tracker)
            let isGone = tracker.find(expected) == nil
            #expect(isHeld && isGone, "\(expected)")
        }
        let counts = tracker.counts(of: port(1)).all
        #expect(counts == [10, 0, 0])
        let refused = tracker.open(opening(key(9_999, .udp)))
        #expect(refused == .limitReached)
    }

    @Test("one port floods with every kind of frame; another's connections and quota are untouched")
    func isolation() throws {
        var limits = Self.limits
        limits.capacity = 30
        let tracker = try ConnectionTracker(limits: limits, secret: secret)
        let quiet = (0..<4).map { tracker.mustOpen(key($0), from: 2) }
        for number in 100..<5_000 {
            let ipProtocol = [IPProtocol.tcp, .udp, .icmp, .sctp][number % 4]
            _ = tracker.open(opening(key(number, ipProtocol), from: 1))
        }
        let flooder = tracker.counts(of: port(1)).total
        #expect(flooder <= 10)
        for reference in quiet {
            let outcome = tracker.advance(reference, step(.reply, [.syn, .ack]))
            #expect(outcome == .accepted)
        }
        for number in 10..<16 {
            let reference = tracker.mustOpen(key(number, .udp), from: 2)
            #expect(reference != .none)
        }
        let counts = tracker.counts(of: port(2)).all
        #expect(counts == [9, 4, 5])
    }

    @Test("a full table refuses a port that has nothing to give up, and takes from none other")
    func fullTable() throws {
        var limits = Self.limits
        limits.capacity = 12
        let tracker = try ConnectionTracker(limits: limits, secret: secret)
        for number in 0..<12 {
            tracker.mustOpen(key(number), from: UInt16(number / 4)).ignore()
        }
        let refused = tracker.open(opening(key(100), from: 9))
        #expect(refused == .limitReached)
        let own = tracker.open(opening(key(101, .udp), from: 1))
        #expect(own != .limitReached)
        let (count, totals) = (tracker.count, (0..<3).map { tracker.counts(of: port($0)).total })
        #expect(count == 12 && totals == [4, 4, 4])
        let evicted = (0..<12).filter { tracker.find(key($0)) == nil }
        #expect(evicted == [4])
    }

    @Test("a quota of zero refuses, and closing gives the place back")
    func zeroAndBack() throws {
        var limits = Self.limits
        limits.halfOpenPerPort = 0
        let tracker = try ConnectionTracker(limits: limits, secret: secret)
        let refused = tracker.open(opening(key(1)))
        #expect(refused == .limitReached)
        for number in 0..<1_000 {
            let reference = tracker.mustOpen(key(number, .udp))
            let isClosed = tracker.close(reference)
            #expect(isClosed)
        }
        let total = tracker.counts(of: port(1)).total
        #expect(total == 0)
    }

    @Test("the counts of every class follow a million random steps", .timeLimit(.minutes(1)))
    func countsFollow() throws {
        let tracker = try ConnectionTracker(limits: Self.limits, secret: secret)
        var generator = SeededGenerator(seed: 21)
        for round in 0..<1_000_000 {
            act(on: tracker, &generator)
            if round % 10_000 != 0 { continue }
            let records = tracker.allRecords()
            for number in 0..<6 as Range<UInt16> {
                let own = records.filter { $0.ports.original == port(number) }
                let counts = [
                    own.count, own.count { $0.state.rawValue < 5 },
                    own.count { $0.state == .unreplied },
                ]
                let found = tracker.counts(of: port(number)).all
                #expect(found == counts, "seed 21, round \(round)")
                #expect(counts[0] <= 10 && counts[1] <= 4 && counts[2] <= 5)
            }
        }
    }

    private func act(on tracker: borrowing ConnectionTracker, _ generator: inout SeededGenerator) {
        let number = Int.random(in: 0..<200, using: &generator)
        let key = key(number, number % 2 == 0 ? .tcp : .udp)
        let flags: [TCPFlags] = [.ack, .ack, [.syn, .ack], [.fin, .ack], .rst]
        guard let match = tracker.find(key) else {
            tracker.mustOpen(key, from: UInt16(number % 6)).ignore()
            return
        }
        let direction: ConnectionDirection = Bool.random(using: &generator) ? .original : .reply
        let segment = flags.randomElement(using: &generator)!
        let outcome = tracker.advance(match.reference, step(direction, segment))
        if outcome == .reopen || number % 31 == 0 { tracker.close(match.reference) }
    }

    private func establish(_ number: Int, _ tracker: borrowing ConnectionTracker) {
        let reference = tracker.mustOpen(key(number), at: 10)
        let outcomes = [step(.reply, [.syn, .ack], at: 10), step(.original, .ack, at: 10)]
            .map { tracker.advance(reference, $0) }
        #expect(outcomes == [.accepted, .accepted])
    }

    private func reset(_ number: Int, _ tracker: borrowing ConnectionTracker) {
        guard let match = tracker.find(key(number)) else { return }
        let outcome = tracker.advance(match.reference, step(.original, .rst, at: 20))
        #expect(outcome == .accepted)
    }
}
