import Overlay
import Testing

@Suite struct OverlayEngineTimersTests {
    /// Both hosts send a number every 100 ms for `seconds`; returns the numbers.
    private func chat(_ pair: HostPair, seconds: Int) -> [UInt64] {
        let numbers = (1...UInt64(seconds) * 10).map { $0 }
        for number in numbers {
            pair.aliceSends(number)
            pair.bobSends(number)
            pair.simulation.run(for: 100 * millisecond)
        }
        pair.simulation.run(for: second)
        return numbers
    }

    @Test("keys are renewed every 120 s without a lost datagram", arguments: 0..<4 as Range<UInt64>)
    func rekey(seed: UInt64) {
        let pair = HostPair(seed: seed)
        pair.simulation.wire.jitter = 30 * millisecond
        pair.connect()
        let numbers = chat(pair, seconds: 400)
        #expect(pair.bobReceived.sorted() == [0] + numbers, "seed \(seed)")
        #expect(pair.aliceReceived.sorted() == numbers, "seed \(seed)")
        #expect(pair.alice.installs == [.initiator, .initiator, .initiator, .initiator])
        let initiations = pair.simulation.recording.filter { $0.bytes[0] == 1 }.map(\.due)
        for (earlier, later) in zip(initiations, initiations.dropFirst()) {
            #expect((120 * second..<121 * second).contains(later - earlier), "seed \(seed)")
        }
        #expect(pair.alice.failures.isEmpty && pair.bob.failures.isEmpty)
        #expect(pair.alice.repeatedNonceCount + pair.bob.repeatedNonceCount == 0)
    }

    @Test("keys are renewed also while only the responder has something to send")
    func rekeyOneWay() {
        let pair = HostPair(seed: 10)
        pair.connect()
        let numbers = (1...3_000).map { UInt64($0) }
        for number in numbers {
            pair.bobSends(number)
            pair.simulation.run(for: 100 * millisecond)
        }
        pair.simulation.run(for: second)
        #expect(pair.aliceReceived == numbers)
        #expect(pair.alice.installs.count == 3)
    }

    @Test("who was sent data and is silent answers with an empty datagram after 10 s, once")
    func keepalive() {
        let pair = HostPair(seed: 11)
        pair.connect()
        let start = pair.simulation.time.now
        pair.simulation.run(until: start + 9 * second)
        #expect(pair.bob.lanes[HostPair.aliceNumber]?.keepalivesSent == 0)
        pair.simulation.run(until: start + 11 * second)
        #expect(pair.bob.lanes[HostPair.aliceNumber]?.keepalivesSent == 1)
        pair.simulation.run(until: start + 100 * second)
        #expect(pair.bob.lanes[HostPair.aliceNumber]?.keepalivesSent == 1)
        #expect(pair.alice.lanes[HostPair.bobNumber]?.keepalivesSent == 1, "the first one only")
        #expect(pair.alice.installs.count == 1)
    }

    @Test("a steady stream in one direction is answered every 10 s")
    func keepaliveInStream() {
        let pair = HostPair(seed: 12)
        pair.connect()
        for number in 0..<1_000 as Range<UInt64> {
            pair.aliceSends(number)
            pair.simulation.run(for: 100 * millisecond)
        }
        let count = pair.bob.lanes[HostPair.aliceNumber]!.keepalivesSent
        #expect((9...10).contains(count))
        #expect(pair.alice.installs.count == 1)
    }

    @Test("who sent data and hears nothing for 15 s begins a handshake")
    func silence() {
        let pair = HostPair(seed: 13)
        pair.connect()
        pair.simulation.run(for: 20 * second)
        pair.simulation.wire.loses = { _, from in from == HostPair.bobAddress }
        let start = pair.simulation.time.now
        pair.aliceSends(1)
        pair.simulation.run(until: start + 14_900 * millisecond)
        #expect(pair.aliceReport.handshakes.initiationsSent == 1)
        pair.simulation.run(until: start + 15_200 * millisecond)
        #expect(pair.aliceReport.handshakes.initiationsSent == 2)
        pair.simulation.wire.loses = { _, _ in false }
        pair.simulation.run(for: 7 * second)
        #expect(pair.aliceReport.handshakes.completed == 2)
    }

    @Test("at 180 s a session is taken back, its keys are wiped, and nothing is renewed by itself")
    func expiry() {
        let pair = HostPair(seed: 14)
        pair.connect()
        let start = pair.simulation.time.now
        pair.simulation.run(until: start + 179 * second)
        #expect(pair.alice.sessionCount == 1 && pair.bob.sessionCount == 1)
        pair.simulation.run(until: start + 180_100 * millisecond)
        #expect(pair.alice.sessionCount == 0 && pair.bob.sessionCount == 0)
        let sent = pair.simulation.recording.count
        pair.simulation.run(until: start + 700 * second)
        #expect(pair.simulation.recording.count == sent)
        pair.bobSends(9)
        pair.simulation.run(for: second)
        #expect(pair.aliceReceived == [9])
    }

    @Test("540 s after the last handshake no cookie is left either")
    func wipe() {
        let pair = HostPair(seed: 15)
        pair.connect()
        pair.simulation.run(for: 535 * second)
        #expect(pair.alice.engine.cookieJarCount == 1)
        pair.simulation.run(for: 6 * second)
        #expect(pair.alice.engine.cookieJarCount == 0)
    }

    @Test("a persistent keepalive is sent every interval, and keeps a session alive")
    func persistent() {
        let pair = HostPair(seed: 16)
        pair.bobSettings.persistentKeepalive = 25
        pair.configure()
        pair.simulation.run(for: 600 * second)
        let count = pair.alice.lanes[HostPair.bobNumber]!.keepalivesSent
        #expect((24...32).contains(count), "\(count)")
        #expect(pair.aliceReport.state == .established)
        #expect(pair.aliceReport.lastReceived != nil)
        #expect((5...6).contains(pair.alice.installs.count))
        #expect(pair.bob.lanes[HostPair.aliceNumber]!.keepalivesSent == 0)
    }
}
