import Overlay
import Testing

@Suite struct OpenedInitiationTests {
    private let pair = HandshakePair()

    private func opened() -> OpenedInitiation {
        ResponderHandshake.open(HandshakePair.initiation, local: [pair.responder])!
    }

    @Test("the response and the session keys are those of noiseprotocol")
    func answersAsOthersDo() {
        let answer = pair.answer(opened())
        #expect(answer.message == HandshakePair.response)
        #expect(answer.keys.send.bytes.array == HandshakePair.keys.1)
        #expect(answer.keys.receive.bytes.array == HandshakePair.keys.0)
        #expect(answer.keys.localIndex == HandshakePair.responderIndex)
        #expect(answer.keys.remoteIndex == HandshakePair.initiatorIndex)
        #expect(answer.keys.role == .responder)
        let plain = pair.answer(opened(), preshared: .zero)
        #expect(plain.message == HandshakePair.plainResponse)
        #expect(plain.keys.send.bytes.array == HandshakePair.plainKeys.1)
    }

    @Test("with random keys both sides come to one session, and no two sessions share a key")
    func agrees() {
        let random = SeededSource(seed: 15)
        var seen: Set<[UInt8]> = []
        for round in 0..<20 {
            let (left, right) = (PrivateKey(random: random), PrivateKey(random: random))
            let preshared = round % 2 == 0 ? PresharedKey.zero : PresharedKey(random: random)
            let handshake = InitiatorHandshake(
                HandshakeCredentials(local: left, remote: right.publicKey, preshared: preshared),
                localIndex: 1, timestamp: TAI64N(wall: 5), random: random)!
            let opened = ResponderHandshake.open(handshake.message, local: [right])!
            let answer = opened.answer(preshared: preshared, localIndex: 2, random: random)!
            let keys = handshake.finish(answer.message)!
            #expect(holds(keys.send.equals(answer.keys.receive)), "seed 15, round \(round)")
            #expect(holds(keys.receive.equals(answer.keys.send)), "seed 15, round \(round)")
            seen.formUnion([keys.send.bytes.array, keys.receive.bytes.array])
        }
        #expect(seen.count == 40)
    }

    @Test("the same initiation answered twice makes two different sessions")
    func answersFresh() {
        let opened = opened()
        let random = SeededSource(seed: 16)
        let first = opened.answer(preshared: .zero, localIndex: 1, random: random)!
        let second = opened.answer(preshared: .zero, localIndex: 1, random: random)!
        #expect(holds(!first.keys.send.equals(second.keys.send)))
    }
}
