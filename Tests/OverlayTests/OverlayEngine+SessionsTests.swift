import Overlay
import Packet
import Testing

@Suite struct OverlayEngineSessionsTests {
    private static let elsewhere = UnderlayAddress("198.51.100.7:4000")!

    @Test("a peer that roams is followed to wherever its datagrams come from")
    func roams() {
        let pair = HostPair(seed: 1)
        pair.aliceSettings.roams = true
        pair.configure()
        pair.connect()
        pair.alice.address = Self.elsewhere
        pair.aliceSends(1)
        pair.simulation.run(for: second)
        pair.bobSends(2)
        pair.simulation.run(for: second)
        #expect(pair.bobReport.endpoint == Self.elsewhere)
        #expect(pair.aliceReceived == [2])
    }

    @Test("a peer that does not roam is only sent to where the directory has it")
    func pinned() {
        let pair = HostPair(seed: 2)
        pair.connect()
        pair.alice.address = Self.elsewhere
        pair.aliceSends(1)
        pair.alice.engine.rekey(
            HostPair.bobNumber, now: pair.simulation.time.now, wall: pair.simulation.time.wall)
        pair.simulation.run(for: 10 * second)
        pair.bobSends(2)
        pair.simulation.run(for: second)
        #expect(pair.bobReceived == [0, 1], "it is heard from anywhere")
        #expect(pair.bobReport.endpoint == HostPair.aliceAddress)
        #expect(pair.aliceReceived == [])
        #expect(!pair.simulation.recording.contains { $0.to == Self.elsewhere })
    }

    @Test("a peer whose endpoint is not known is answered where it calls from")
    func learned() {
        let pair = HostPair(seed: 3)
        pair.bob.engine.configure([], now: pair.simulation.time.now)
        pair.aliceSettings.endpoint = nil
        pair.configure()
        #expect(pair.bobReport.endpoint == nil)
        pair.connect(1)
        pair.bobSends(2)
        pair.simulation.run(for: second)
        #expect(pair.bobReceived == [1])
        #expect(pair.aliceReceived == [2])
        #expect(pair.bobReport.endpoint == HostPair.aliceAddress)
        pair.configure()
        #expect(
            pair.bobReport.endpoint == HostPair.aliceAddress, "the same settings forget nothing")
    }

    @Test("a number that is no peer moves nothing")
    func unknownNumber() {
        let pair = HostPair(seed: 4)
        let number = PeerNumber(rawValue: 1_023)!
        let time = pair.simulation.time
        pair.alice.engine.heard(number, from: Self.elsewhere, now: time.now)
        pair.alice.engine.wantsSession(number, now: time.now, wall: time.wall)
        pair.alice.engine.rekey(number, now: time.now, wall: time.wall)
        #expect(pair.alice.engine.takeActions().isEmpty)
        #expect(PeerNumber(rawValue: 1_024) == nil)
    }
}
