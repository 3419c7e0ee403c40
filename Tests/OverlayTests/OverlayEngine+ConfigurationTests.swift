import Overlay
import Packet
import Testing

@Suite struct OverlayEngineConfigurationTests {
    @Test("a peer that is removed loses its sessions and its voice")
    func removal() {
        let pair = HostPair(seed: 1)
        pair.connect()
        pair.bob.engine.configure([], now: pair.simulation.time.now)
        pair.bob.act(at: pair.simulation.time)
        #expect(pair.bob.sessionCount == 0)
        #expect(pair.bob.engine.report(HostPair.aliceNumber, now: 0) == nil)
        pair.aliceSends(1)
        pair.simulation.run(for: 30 * second)
        #expect(pair.bobReceived == [0])
        #expect(pair.bob.engine.counts.unknownPeer > 0)
        #expect(pair.bob.installs.count == 1)
        pair.configure()
        pair.simulation.run(for: 10 * second)
        pair.connect(2)
        #expect(pair.bobReceived == [0, 2])
    }

    @Test("a peer that is removed while it is called is not called again")
    func removalWhileCalling() {
        let pair = HostPair(seed: 2)
        pair.simulation.wire.loses = { _, _ in true }
        pair.aliceSends(1)
        pair.simulation.run(for: second)
        pair.alice.engine.configure([], now: pair.simulation.time.now)
        let sent = pair.simulation.recording.count
        pair.simulation.run(for: 30 * second)
        #expect(pair.simulation.recording.count == sent)
    }

    @Test("a session that the worker still holds blocks nothing, and counts for no other peer")
    func heldAfterRemoval() {
        let pair = HostPair(seed: 3)
        pair.connect()
        pair.bob.holdsRetired = true
        pair.bob.engine.configure([], now: pair.simulation.time.now)
        pair.bob.act(at: pair.simulation.time)
        pair.bob.holdsRetired = false
        pair.configure()
        pair.bob.releaseHeld()
        #expect(pair.bobReport.traffic == PeerReport.Traffic())
        pair.bobSends(5)
        pair.simulation.run(for: 6 * second)
        #expect(pair.aliceReceived == [5])
    }

    @Test("the same settings again, another peer, another key change no session")
    func stays() {
        let pair = HostPair(seed: 4)
        pair.connect()
        let other = PrivateKey(random: pair.simulation.random).publicKey
        pair.configure()
        pair.aliceSettings.publicKeys.insert(other, at: 0)
        pair.aliceSettings.preshared = PresharedKey(base64: PresharedKey.zero.base64)!
        pair.configure()
        let third = PeerSettings(number: PeerNumber(rawValue: 3)!, publicKeys: [other])
        pair.bob.engine.configure([third, pair.aliceSettings], now: pair.simulation.time.now)
        pair.bob.act(at: pair.simulation.time)
        #expect(pair.bob.retiredCount == 0)
        pair.aliceSends(1)
        pair.bobSends(2)
        pair.simulation.run(for: second)
        #expect(pair.bobReceived == [0, 1])
        #expect(pair.aliceReceived == [2])
    }

    @Test("another preshared key ends the sessions under the old one")
    func presharedChange() {
        let pair = HostPair(seed: 5)
        pair.connect()
        pair.aliceSettings.preshared = PresharedKey(random: pair.simulation.random)
        pair.bobSettings.preshared = pair.aliceSettings.preshared
        pair.configure()
        #expect(pair.alice.sessionCount == 0 && pair.bob.sessionCount == 0)
        pair.simulation.run(for: 6 * second)
        pair.connect(1)
        #expect(pair.bobReceived == [0, 1])
    }

    @Test("a host changes its key without a lost datagram, and the old key is out afterwards")
    func keyRotation() {
        let pair = HostPair(seed: 6)
        pair.connect()
        let (old, new) = (pair.bobKey, PrivateKey(random: pair.simulation.random))
        let steps: [UInt64: () -> Void] = [
            100: { pair.bobSettings.publicKeys = [old.publicKey, new.publicKey] },
            200: {
                pair.bob.engine.setIdentities([new, old], now: pair.simulation.time.now)
                pair.bobSettings.publicKeys = [new.publicKey, old.publicKey]
            },
            4_000: {
                pair.bob.engine.setIdentities([new], now: pair.simulation.time.now)
                pair.bobSettings.publicKeys = [new.publicKey]
            },
        ]
        for number in 1...5_000 as ClosedRange<UInt64> {
            if let step = steps[number] {
                step()
                pair.configure()
            }
            pair.aliceSends(number)
            pair.bobSends(number)
            pair.simulation.run(for: 100 * millisecond)
        }
        pair.simulation.run(for: second)
        #expect(pair.bobReceived == Array(0...5_000))
        #expect(pair.aliceReceived == Array(1...5_000))
    }

    @Test("a session under a key that is gone ends, at either host")
    func keyRemoved() {
        let pair = HostPair(seed: 7)
        pair.connect()
        let new = PrivateKey(random: pair.simulation.random)
        pair.bob.engine.setIdentities([new], now: pair.simulation.time.now)
        pair.bob.act(at: pair.simulation.time)
        #expect(pair.bob.sessionCount == 0)
        pair.bobSettings.publicKeys = [new.publicKey]
        pair.configure()
        #expect(pair.alice.sessionCount == 0)
        pair.simulation.run(for: 6 * second)
        pair.connect(1)
        #expect(pair.bobReceived == [0, 1])
    }

    @Test("a retry calls the next key of a peer that does not answer to the first")
    func triesKeys() {
        let pair = HostPair(seed: 8)
        let unknown = PrivateKey(random: pair.simulation.random).publicKey
        pair.bobSettings.publicKeys.insert(unknown, at: 0)
        pair.configure()
        pair.aliceSends(1)
        pair.simulation.run(for: 6 * second)
        #expect(pair.bobReceived == [1])
    }

    @Test("a number that goes to another host takes nothing along")
    func numberReused() {
        let pair = HostPair(seed: 9)
        pair.connect()
        let stranger = PrivateKey(random: pair.simulation.random).publicKey
        let settings = PeerSettings(number: HostPair.bobNumber, publicKeys: [stranger])
        pair.alice.engine.configure([settings], now: pair.simulation.time.now)
        pair.alice.act(at: pair.simulation.time)
        #expect(pair.alice.sessionCount == 0)
        #expect(pair.aliceReport.endpoint == nil)
        #expect(pair.aliceReport.traffic == PeerReport.Traffic())
    }

    @Test("of two peers with one number or one key the first counts")
    func doubles() {
        let pair = HostPair(seed: 10)
        var double = PeerSettings(
            number: PeerNumber(rawValue: 7)!, publicKeys: [pair.aliceKey.publicKey])
        double.endpoint = UnderlayAddress("192.0.2.66:1")!
        var sameNumber = double
        sameNumber.number = HostPair.aliceNumber
        pair.bob.engine.configure(
            [pair.aliceSettings, double, sameNumber], now: pair.simulation.time.now)
        pair.bob.act(at: pair.simulation.time)
        pair.connect(1)
        #expect(pair.bobReceived == [1])
        #expect(pair.bobReport.endpoint == HostPair.aliceAddress)
    }

    @Test("a peer's new endpoint is announced and used")
    func newEndpoint() {
        let pair = HostPair(seed: 11)
        pair.connect()
        pair.bob.address = UnderlayAddress("203.0.113.1:9")!
        pair.bobSettings.endpoint = pair.bob.address
        pair.configure()
        pair.aliceSends(1)
        pair.simulation.run(for: second)
        #expect(pair.bobReceived == [0, 1])
        #expect(pair.aliceReport.endpoint == pair.bob.address)
    }
}
