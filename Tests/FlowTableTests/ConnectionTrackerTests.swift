import FlowTable
import Packet
import Testing

@Suite struct ConnectionTrackerTests {
    private let tracker: Shared

    init() throws { tracker = try Shared() }

    /// A tracker that closures can hold.
    final class Shared: Sendable {
        let all: ConnectionTracker

        init(_ limits: ConnectionLimits = ConnectionLimits()) throws {
            all = try ConnectionTracker(limits: limits, secret: secret)
        }
    }

    @Test("a connection is found by the frames of both its directions, and only by those")
    func bothDirections() {
        let key = key(1, .udp)
        let reference = tracker.all.mustOpen(key)
        let (original, reply) = (tracker.all.find(key), tracker.all.find(key.reversed))
        #expect(original?.reference == reference && original?.direction == .original)
        #expect(reply?.reference == reference && reply?.direction == .reply)
        #expect(original?.state == .unreplied && original?.generation == 1)
        let elsewhere = FlowKey(key.tuple, network(8))
        let isStrange = tracker.all.find(elsewhere) == nil && tracker.all.find(self.other) == nil
        #expect(isStrange)
    }

    private var other: FlowKey { key(2, .udp) }

    @Test("a connection of a host with itself, same port, is one direction only")
    func toItself() {
        let key = FlowKey(FiveTuple(from: (host(1), 9), to: (host(1), 9), .udp), network(7))
        let reference = tracker.all.mustOpen(key)
        #expect(tracker.all.find(key)?.direction == .original)
        #expect(tracker.all.close(reference) == true)
        #expect(tracker.all.count == 0)
    }

    @Test("accepted frames are counted by direction, refused ones nowhere")
    func counts() {
        let reference = tracker.all.mustOpen(key(1), at: 5)
        var superFrame = ConnectionStep(.reply, [.syn, .ack], byteCount: 60_000, now: 9)
        superFrame.packetCount = 40
        #expect(tracker.all.advance(reference, superFrame) == .accepted)
        #expect(tracker.all.advance(reference, step(.reply, .syn, at: 10)) == .invalidState)
        let record = tracker.all.record(at: reference)
        #expect(record?.original.packets == 1 && record?.original.bytes == 100)
        #expect(record?.reply.packets == 40 && record?.reply.bytes == 60_000)
        #expect(record?.opened == 5 && record?.lastSeen == 9 && record?.state == .synReceived)
        #expect(record?.key == key(1) && record?.reference == reference)
        #expect(record?.ports == ConnectionPorts(original: port(1), reply: port(99)))
        #expect(tracker.all.ports(of: reference) == record?.ports)
    }

    @Test("a worker whose clock lags does not turn a connection's clock back")
    func clocks() {
        let reference = tracker.all.mustOpen(key(1, .udp), at: 100)
        #expect(tracker.all.advance(reference, step(.reply, at: 90)) == .accepted)
        #expect(tracker.all.record(at: reference)?.lastSeen == 100)
    }

    @Test("echo requests go one way and replies the other")
    func echo() {
        let reference = tracker.all.mustOpen(key(1, .icmp))
        var reply = step(.reply)
        #expect(tracker.all.advance(reference, reply) == .invalidState)  // a ping back
        reply.isOpening = false
        #expect(tracker.all.advance(reference, reply) == .accepted)
        #expect(tracker.all.record(at: reference)?.state == .replied)
        var request = step(.original)
        #expect(tracker.all.advance(reference, request) == .accepted)
        request.isOpening = false
        #expect(tracker.all.advance(reference, request) == .invalidState)  // an unasked reply
    }

    @Test("UDP and other protocols go from unreplied to replied, whatever is sent")
    func otherProtocols() {
        for ipProtocol in [IPProtocol.udp, .sctp] {
            let reference = tracker.all.mustOpen(key(1, ipProtocol))
            #expect(tracker.all.advance(reference, step(.original)) == .accepted)
            #expect(tracker.all.record(at: reference)?.state == .unreplied)
            #expect(tracker.all.advance(reference, step(.reply)) == .accepted)
            #expect(tracker.all.record(at: reference)?.state == .replied)
        }
    }

    @Test("a SYN on a connection that has ended asks for a new judgement, and changes nothing")
    func reopen() {
        let reference = tracker.all.mustOpen(key(1))
        #expect(tracker.all.advance(reference, step(.reply, [.rst, .ack])) == .accepted)
        let before = tracker.all.record(at: reference)
        #expect(tracker.all.advance(reference, step(.original, .ack)) == .invalidState)
        #expect(tracker.all.advance(reference, step(.original, .syn, at: 3)) == .reopen)
        #expect(tracker.all.advance(reference, step(.reply, .syn, at: 3)) == .reopen)
        #expect(tracker.all.record(at: reference) == before)
        #expect(tracker.all.close(reference) == true)
        #expect(tracker.all.mustOpen(key(1).reversed, from: 2) != reference)
    }

    @Test("a reference is not found once its connection has gone, also when the slot is used again")
    func staleReferences() {
        let stale = tracker.all.mustOpen(key(1, .udp))
        #expect(tracker.all.close(stale) == true)
        let fresh = tracker.all.mustOpen(key(1, .udp))
        #expect(fresh != stale && tracker.all.count == 1)
        expectGone(stale)
        #expect(tracker.all.advance(fresh, step(.reply)) == .accepted)
    }

    @Test("references that never were are not found")
    func foreignReferences() {
        tracker.all.mustOpen(key(1, .udp)).ignore()
        expectGone(.none)
        for bits in [0, 1, .max, 1 << 32 | 1, 0xffff_ffff, 1 << 20] as [UInt64] {
            let reference = unsafeBitCast(bits, to: ConnectionReference.self)
            if tracker.all.record(at: reference) == nil { expectGone(reference) }
        }
    }

    private func expectGone(_ reference: ConnectionReference) {
        #expect(tracker.all.advance(reference, step(.original)) == .gone)
        #expect(tracker.all.generation(of: reference) == nil)
        #expect(tracker.all.record(at: reference) == nil)
        #expect(tracker.all.ports(of: reference) == nil)
        let judgement = ConnectionJudgement(generation: 9, egressRule: 9, ingressRule: 9)
        #expect(tracker.all.rejudge(reference, judgement) == false)
        #expect(tracker.all.close(reference) == false)
    }

    @Test("a new judgement replaces generation and rules")
    func rejudge() {
        let reference = tracker.all.mustOpen(key(1, .udp))
        #expect(tracker.all.generation(of: reference) == 1)
        let judgement = ConnectionJudgement(generation: 2, egressRule: 21, ingressRule: 22)
        #expect(tracker.all.rejudge(reference, judgement) == true)
        #expect(tracker.all.find(key(1, .udp))?.generation == 2)
        #expect(tracker.all.record(at: reference)?.judgement == judgement)
    }

    @Test("random segments through the tracker meet the verdicts of the RFC's model")
    func walks() {
        var generator = SeededGenerator(seed: 77)
        let flags: [TCPFlags] = [
            .syn, [.syn, .ack], .ack, .ack, [.fin, .ack], .rst, [.rst, .ack], [],
        ]
        for walk in 0..<20_000 {
            let reference = tracker.all.mustOpen(key(walk), from: UInt16(walk % 50))
            var model = TCPModel()
            for _ in 0..<12 {
                let segment = flags.randomElement(using: &generator)!
                let direction: ConnectionDirection =
                    Bool.random(using: &generator) ? .original : .reply
                let outcome = tracker.all.advance(reference, step(direction, segment))
                let expected = model.judge(segment, direction)
                #expect(outcome == self.outcome(expected), "seed 77, walk \(walk)")
                if expected == .new { break }
            }
            #expect(tracker.all.close(reference) == true)
        }
        let counts = (0..<50).map { tracker.all.counts(of: port($0)).total }
        #expect(counts.allSatisfy { $0 == 0 } && tracker.all.count == 0)
    }

    private func outcome(_ verdict: TCPModel.Verdict) -> ConnectionOutcome {
        switch verdict {
        case .pass: .accepted
        case .drop: .invalidState
        case .new: .reopen
        }
    }

    @Test("two workers, one for each direction, lose no connection and charge none twice")
    func twoWorkers() throws {
        var limits = ConnectionLimits()
        limits.capacity = 1_000  // one shard, so that the workers meet
        let tracker = try Shared(limits)
        onThreads(2) { number in
            let accepted = Self.work(on: tracker, number == 0 ? .original : .reply)
            #expect(accepted > 0)
        }
        let records = tracker.all.allRecords(stepSize: 100)
        #expect(records.count == tracker.all.count && tracker.all.count > 0)
        #expect(Set(records.map(\.key)).count == records.count)
        let total = (0..<4).reduce(0) { $0 + tracker.all.counts(of: port($1)).total }
        #expect(total == records.count)
        for record in records { tracker.all.close(record.reference) }
        #expect(tracker.all.count == 0)
    }

    /// Opens, advances and closes connections of 200 keys as the worker of one direction would.
    private static func work(on tracker: Shared, _ direction: ConnectionDirection) -> Int {
        var generator = SeededGenerator(seed: direction == .original ? 1 : 2)
        var accepted = 0
        for round in 0..<200_000 {
            let number = Int.random(in: 0..<200, using: &generator)
            let key = direction == .original ? key(number, .udp) : key(number, .udp).reversed
            let now = UInt64(round) * second / 100
            if let match = tracker.all.find(key) {
                let outcome = tracker.all.advance(match.reference, step(match.direction, at: now))
                accepted += outcome == .accepted ? 1 : 0
                if round % 13 == 0 { tracker.all.close(match.reference) }
            } else {
                tracker.all.mustOpen(key, from: UInt16(number % 4), at: now).ignore()
            }
            if round % 50 == 0 { tracker.all.expire(now: now, budget: 20) }
        }
        return accepted
    }
}

extension ConnectionReference {
    /// For connections that only have to be there.
    func ignore() {}
}
