import Overlay
import Packet
import Testing

@Suite struct OverlayEngineTests {
    @Test("a first packet opens a session, and both hosts reach each other", arguments: 0..<5)
    func handshake(seed: UInt64) {
        let pair = HostPair(seed: seed)
        pair.aliceSends(1)
        #expect(pair.aliceReport.state == .handshaking)
        pair.simulation.run(for: 100 * millisecond)
        #expect(pair.bobReceived == [1])
        pair.bobSends(2)
        pair.aliceSends(3)
        pair.simulation.run(for: 100 * millisecond)
        #expect(pair.aliceReceived == [2])
        #expect(pair.bobReceived == [1, 3])
        #expect(pair.alice.installs == [.initiator])
        #expect(pair.bob.installs == [.responder])
        #expect(pair.aliceReport.state == .established)
        #expect(pair.bobReport.state == .established)
        #expect(pair.aliceReport.role == .initiator)
        #expect(pair.bobReport.role == .responder)
    }

    @Test("a responder sends nothing on a session before the initiator has used it")
    func responderWaits() {
        let pair = HostPair(seed: 1)
        pair.simulation.wire.loses = { bytes, _ in bytes[0] == 2 }
        pair.aliceSends(1)
        pair.simulation.run(for: 100 * millisecond)
        pair.bobSends(2)
        #expect(pair.bob.installs == [.responder])
        #expect(pair.bob.lanes[HostPair.aliceNumber]?.current == nil)
        #expect(!pair.simulation.recording.contains { $0.bytes[0] == 4 })
    }

    @Test("reports tell what was carried, ended sessions included")
    func report() {
        let pair = HostPair(seed: 2)
        pair.connect()
        for number in 1...9 as ClosedRange<UInt64> { pair.aliceSends(number) }
        pair.simulation.run(for: second)
        let before = pair.aliceReport
        // Ten packets of 16 bytes, and the keepalive that confirms.
        #expect(before.traffic.sentBytes == 160)
        #expect(before.traffic.sentPackets == 11)
        #expect(pair.bobReport.traffic.receivedBytes == 160)
        #expect(pair.bobReport.traffic.receivedPackets == 11)
        #expect(before.lastHandshake! / second == 1)
        #expect(before.sessionCount == 1)
        #expect(before.handshakes.initiationsSent == 1)
        #expect(before.handshakes.completed == 1)
        #expect(pair.bobReport.handshakes.answered == 1)
        #expect(pair.bobReport.handshakes.confirmed == 1)
        pair.simulation.run(for: 400 * second)
        #expect(pair.aliceReport.sessionCount == 0)
        #expect(pair.aliceReport.traffic.sentBytes == 160)
        #expect(pair.aliceReport.state == .idle)
    }

    @Test("a session given back twice, or never retired, is not freed")
    func releasedTwice() {
        let pair = HostPair(seed: 3)
        pair.connect()
        let session = pair.alice.lanes[HostPair.bobNumber]!.current!
        pair.alice.engine.released(session)
        pair.aliceSends(7)
        pair.simulation.run(for: second)
        #expect(pair.bobReceived == [0, 7])
        pair.alice.holdsRetired = true
        pair.alice.engine.configure([], now: pair.simulation.time.now)
        pair.alice.act(at: pair.simulation.time)
        #expect(pair.alice.held == [session])
        pair.alice.releaseHeld()
        pair.alice.engine.released(session)
    }

    @Test("timestamps to persist come before the initiation that uses them")
    func persistsFirst() {
        let pair = HostPair(seed: 4)
        pair.alice.engine.wantsSession(
            HostPair.bobNumber, now: pair.simulation.time.now, wall: pair.simulation.time.wall)
        let actions = pair.alice.engine.takeActions()
        guard case .persist = actions.first, case .send = actions.last else {
            Issue.record("\(actions.count) actions, of which the first is not to persist")
            return
        }
        #expect(actions.count == 2)
    }

    @Test("who asks for a session to a peer without endpoint or key is told that there is none")
    func mutePeer() {
        let pair = HostPair(seed: 5)
        pair.alice.engine.configure([], now: pair.simulation.time.now)
        pair.bobSettings.endpoint = nil
        pair.configure()
        pair.aliceSends(1)
        #expect(pair.alice.lanes[HostPair.bobNumber]?.refusals == 1)
        pair.bobSettings.endpoint = HostPair.bobAddress
        pair.bobSettings.publicKeys = []
        pair.configure()
        pair.aliceSends(1)
        #expect(pair.alice.lanes[HostPair.bobNumber]?.refusals == 2)
        #expect(pair.simulation.recording.isEmpty)
        #expect(pair.alice.outbox.isEmpty)
    }
}
