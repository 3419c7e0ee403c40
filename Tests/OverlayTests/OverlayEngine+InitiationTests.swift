import Overlay
import Synchronization
import Testing

@Suite struct OverlayEngineInitiationTests {
    /// Loses the first `count` datagrams of a type.
    private func loseFirst(_ count: Int, type: UInt8, on pair: HostPair) {
        let rest = Mutex(count)
        pair.simulation.wire.loses = { bytes, _ in
            guard bytes[0] == type else { return false }
            return rest.withLock {
                $0 -= 1
                return $0 >= 0
            }
        }
    }

    @Test(
        "a lost initiation or response is tried again after 5 s and a little",
        arguments: [(1, 1), (2, 1), (1, 3), (2, 3)] as [(UInt8, Int)])
    func retry(type: UInt8, count: Int) {
        let pair = HostPair(seed: UInt64(type))
        loseFirst(count, type: type, on: pair)
        let start = pair.simulation.time.now
        pair.aliceSends(1)
        pair.simulation.run(until: start + UInt64(count) * 5 * second)
        #expect(pair.bobReceived == [])
        pair.simulation.run(until: start + UInt64(count) * 5_500 * millisecond)
        #expect(pair.bobReceived == [1])
        let sent = pair.simulation.recording.filter { $0.bytes[0] == 1 }
        #expect(sent.count == count + 1)
        for (first, next) in zip(sent, sent.dropFirst()) {
            #expect((5_000 * millisecond..<5_440 * millisecond).contains(next.due - first.due))
            #expect(first.bytes[4..<8] != next.bytes[4..<8], "an index of its own")
            #expect(first.bytes[8..<40] != next.bytes[8..<40], "an ephemeral key of its own")
        }
    }

    @Test("after 90 s a handshake is given up, and begun again when there is something to send")
    func givesUp() {
        let pair = HostPair(seed: 3)
        pair.simulation.wire.loses = { _, _ in true }
        pair.aliceSends(1)
        pair.simulation.run(for: 89 * second)
        #expect(pair.aliceReport.state == .handshaking)
        #expect(pair.alice.lanes[HostPair.bobNumber]?.refusals == 0)
        pair.simulation.run(for: 7 * second)
        #expect(pair.aliceReport.state == .unreachable)
        #expect(pair.alice.lanes[HostPair.bobNumber]?.refusals == 1)
        #expect(pair.alice.lanes[HostPair.bobNumber]?.staged == [])
        let count = pair.aliceReport.handshakes.initiationsSent
        #expect((17...18).contains(count))
        pair.simulation.run(for: 300 * second)
        #expect(pair.aliceReport.handshakes.initiationsSent == count)
        pair.simulation.wire.loses = { _, _ in false }
        pair.connect(2)
        #expect(pair.bobReceived == [2])
        #expect(pair.aliceReport.state == .established)
    }

    @Test("however often a session is asked for, initiations are 5 s apart")
    func patience() {
        let pair = HostPair(seed: 4)
        pair.simulation.wire.loses = { bytes, _ in bytes[0] == 2 }
        for number in 0..<3_000 as Range<UInt64> {
            pair.aliceSends(number)
            if number % 7 == 0 {
                pair.alice.engine.rekey(
                    HostPair.bobNumber, now: pair.simulation.time.now,
                    wall: pair.simulation.time.wall)
                pair.alice.act(at: pair.simulation.time)
            }
            pair.simulation.run(for: 100 * millisecond)
        }
        let sent = pair.simulation.recording.filter { $0.bytes[0] == 1 }.map(\.due)
        #expect(zip(sent, sent.dropFirst()).allSatisfy { $1 - $0 >= 5 * second })
        #expect(sent.count > 50)
    }

    @Test("an operator's rekey replaces the keys of a session in use")
    func operatorRekey() {
        let pair = HostPair(seed: 5)
        pair.connect()
        pair.alice.engine.rekey(
            HostPair.bobNumber, now: pair.simulation.time.now, wall: pair.simulation.time.wall)
        pair.simulation.run(for: 6 * second)
        #expect(pair.alice.installs.count == 2)
        pair.aliceSends(1)
        pair.bobSends(2)
        pair.simulation.run(for: second)
        #expect(pair.bobReceived == [0, 1])
        #expect(pair.aliceReceived == [2])
    }

    @Test(
        "hosts that call each other at once agree, and lose nothing",
        arguments: 0..<6 as Range<UInt64>)
    func crossing(seed: UInt64) {
        let pair = HostPair(seed: seed)
        pair.simulation.wire.jitter = seed % 3 * 5 * millisecond
        let numbers = (1...6_000).map { UInt64($0) }
        for number in numbers {
            pair.aliceSends(number)
            pair.bobSends(number)
            pair.simulation.run(for: 100 * millisecond)
        }
        pair.simulation.run(for: second)
        #expect(pair.bobReceived.sorted() == numbers, "seed \(seed)")
        #expect(pair.aliceReceived.sorted() == numbers, "seed \(seed)")
        #expect(pair.alice.installs.count <= 12, "seed \(seed): no storm of handshakes")
        #expect(pair.alice.sessionCount <= 5)
        let waits = [
            pair.alice.lanes[HostPair.bobNumber]!.waitCount,
            pair.bob.lanes[HostPair.aliceNumber]!.waitCount,
        ]
        #expect(waits == [1, 1], "seed \(seed): only the first packet ever waits")
        #expect(pair.alice.repeatedNonceCount + pair.bob.repeatedNonceCount == 0)
    }

    @Test(
        "on a wire that loses, doubles and reorders nothing comes twice, and sessions return",
        arguments: 0..<4 as Range<UInt64>)
    func badWire(seed: UInt64) {
        let pair = HostPair(seed: seed)
        pair.simulation.wire.jitter = 300 * millisecond
        pair.simulation.wire.lossOneIn = 5
        pair.simulation.wire.copyOneIn = 5
        for number in 0..<6_000 as Range<UInt64> {
            pair.aliceSends(number)
            if number % 3 == 0 { pair.bobSends(number) }
            pair.simulation.run(for: 100 * millisecond)
        }
        pair.simulation.run(for: second)
        for (received, sent) in [(pair.bobReceived, 6_000), (pair.aliceReceived, 2_000)] {
            #expect(Set(received).count == received.count, "seed \(seed)")
            #expect(received.count > sent * 7 / 10, "seed \(seed)")
        }
        #expect((pair.alice.failures + pair.bob.failures).allSatisfy { $0 == .replay })
        #expect(pair.alice.repeatedNonceCount + pair.bob.repeatedNonceCount == 0)
    }

    @Test("hosts with different preshared keys never get a session to send on")
    func presharedMismatch() {
        let pair = HostPair(seed: 6)
        pair.aliceSettings.preshared = PresharedKey(random: pair.simulation.random)
        pair.configure()
        pair.aliceSends(1)
        pair.bobSends(2)
        pair.simulation.run(for: 120 * second)
        #expect(!pair.alice.installs.contains(.initiator))
        #expect(!pair.bob.installs.contains(.initiator))
        #expect(pair.alice.lanes[HostPair.bobNumber]?.current == nil)
        #expect(pair.bob.lanes[HostPair.aliceNumber]?.current == nil)
        #expect(!pair.simulation.recording.contains { $0.bytes[0] == 4 })
        #expect(pair.aliceReport.handshakes.responsesRefused > 0)
        pair.bobSettings.preshared = pair.aliceSettings.preshared
        pair.configure()
        pair.simulation.run(for: 10 * second)
        pair.connect(3)
        #expect(pair.bobReceived == [3])
    }

    @Test("a wall clock that goes back keeps nobody out")
    func clockBack() {
        let pair = HostPair(seed: 7)
        pair.connect()
        pair.simulation.time.wall -= 3_600 * second
        pair.simulation.run(for: 200 * second)
        pair.connect(1)
        #expect(pair.bobReceived == [0, 1])
        #expect(pair.bobReport.handshakes.replayed == 0)
    }

    @Test("a restarted host is let in with the persisted timestamp, and not without it")
    func restart() {
        let pair = HostPair(seed: 8)
        pair.connect()
        pair.simulation.time.wall -= 3_600 * second
        let persisted = pair.alice.persisted.last
        #expect(persisted != nil)
        for isPersisted in [false, true] {
            let last = isPersisted ? persisted : nil
            pair.alice.engine = OverlayEngine(
                identities: [pair.aliceKey], clock: TAI64NClock(last: last),
                random: pair.simulation.random)
            pair.alice.lanes = [:]
            pair.alice.engine.configure([pair.bobSettings], now: pair.simulation.time.now)
            pair.connect(7)
            #expect(pair.bobReceived == (isPersisted ? [0, 7] : [0]))
            #expect(pair.bobReport.handshakes.replayed == 1)
        }
    }
}
