import Overlay
import Testing

@Suite struct InitiatorHandshakeTests {
    private let pair = HandshakePair()

    @Test("the initiation is byte for byte that of noiseprotocol")
    func writesAsOthersDo() {
        #expect(pair.begin().message == HandshakePair.initiation)
        #expect(pair.begin(preshared: .zero).message == HandshakePair.initiation)
        #expect(pair.begin().localIndex == HandshakePair.initiatorIndex)
    }

    @Test("the response of noiseprotocol leads to the same session keys")
    func finishesAsOthersDo() {
        let keys = pair.begin().finish(HandshakePair.response)!
        #expect(keys.send.bytes.array == HandshakePair.keys.0)
        #expect(keys.receive.bytes.array == HandshakePair.keys.1)
        #expect(keys.localIndex == HandshakePair.initiatorIndex)
        #expect(keys.remoteIndex == HandshakePair.responderIndex)
        #expect(keys.role == .initiator)
        let plain = pair.begin(preshared: .zero).finish(HandshakePair.plainResponse)!
        #expect(plain.send.bytes.array == HandshakePair.plainKeys.0)
        #expect(plain.receive.bytes.array == HandshakePair.plainKeys.1)
    }

    @Test("a response is refused when any bit before mac2 differs; the true one still counts")
    func refusesFlips() {
        let handshake = pair.begin()
        for (bit, changed) in HandshakePair.response.flips {
            let isRefused = handshake.finish(changed) == nil
            // mac2 means nothing here: a cookie checker looks at it before.
            #expect(isRefused == (bit < 76 * 8), "bit \(bit)")
        }
        let isFinished = handshake.finish(HandshakePair.response) != nil
        #expect(isFinished)
    }

    @Test("a flipped bit whose mac1 is made good is refused by the keys")
    func refusesFlipsWithGoodMAC1() {
        let handshake = pair.begin()
        let key = Blake2s.hash(Array("mac1----".utf8).raw, pair.initiator.publicKey.bytes.raw)
        let mac1 = KeyedBlake2s(key: key.bytes)
        for (bit, changed) in HandshakePair.response.flips where bit < 60 * 8 {
            var forged = changed
            mac1.code(of: Array(forged[..<60]).raw).store(in: &forged, at: 60)
            let isRefused = handshake.finish(forged) == nil
            // The sender's index is the responder's to choose; the index in it is not sealed
            // (paper §5.4.3), and whoever changes it gains a session that no packet fits. The
            // top bit of the ephemeral key is no part of the point, but of the transcript.
            #expect(isRefused == !(32..<64).contains(bit), "bit \(bit)")
        }
    }

    @Test("a response that is shorter or longer is refused")
    func refusesLengths() {
        let handshake = pair.begin()
        for other in HandshakePair.response.otherLengths {
            let isRefused = handshake.finish(other) == nil
            #expect(isRefused, "length \(other.count)")
        }
    }

    @Test("a response of another peer, preshared key or handshake is refused")
    func refusesOthers() {
        #expect(holds(pair.begin(preshared: .zero).finish(HandshakePair.response) == nil))
        #expect(holds(pair.begin().finish(HandshakePair.plainResponse) == nil))
        let other = InitiatorHandshake(
            HandshakeCredentials(
                local: pair.initiator, remote: pair.responder.publicKey,
                preshared: HandshakePair.preshared),
            localIndex: HandshakePair.initiatorIndex, timestamp: HandshakePair.timestamp,
            random: SeededSource(seed: 11))!
        #expect(holds(other.finish(HandshakePair.response) == nil))
    }

    @Test("a remote key that shares no secret begins nothing")
    func refusesSmallOrder() {
        let nobody = PublicKey(bytes: [UInt8](repeating: 0, count: 32))!
        let handshake = InitiatorHandshake(
            HandshakeCredentials(local: pair.initiator, remote: nobody), localIndex: 1,
            timestamp: HandshakePair.timestamp, random: SeededSource(seed: 12))
        #expect(holds(handshake == nil))
    }
}
