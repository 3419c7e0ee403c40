import Overlay
import Synchronization
import Testing

@Suite struct ResponderHandshakeTests {
    private let pair = HandshakePair()

    private func isOpened(_ initiation: [UInt8]) -> Bool {
        ResponderHandshake.open(initiation, local: [pair.responder]) != nil
    }

    @Test("the initiation of noiseprotocol is opened")
    func opens() {
        let opened = ResponderHandshake.open(HandshakePair.initiation, local: [pair.responder])!
        #expect(opened.peer == pair.initiator.publicKey)
        #expect(opened.timestamp == HandshakePair.timestamp)
        #expect(opened.remoteIndex == HandshakePair.initiatorIndex)
        #expect(opened.identity === pair.responder)
    }

    @Test("an initiation is refused when any bit before mac2 differs")
    func refusesFlips() {
        for (bit, changed) in HandshakePair.initiation.flips {
            #expect(isOpened(changed) == (bit >= 132 * 8), "bit \(bit)")
        }
    }

    @Test("a flipped bit whose mac1 is made good is refused by the keys")
    func refusesFlipsWithGoodMAC1() {
        let key = Blake2s.hash(Array("mac1----".utf8).raw, pair.responder.publicKey.bytes.raw)
        let mac1 = KeyedBlake2s(key: key.bytes)
        for (bit, changed) in HandshakePair.initiation.flips where bit < 116 * 8 {
            var forged = changed
            mac1.code(of: Array(forged[..<116]).raw).store(in: &forged, at: 116)
            // The sender's index is not sealed (paper §5.4.2): the response goes to nobody.
            #expect(isOpened(forged) == (32..<64).contains(bit), "bit \(bit)")
        }
    }

    @Test("an initiation that is shorter or longer is refused")
    func refusesLengths() {
        for other in HandshakePair.initiation.otherLengths {
            #expect(!isOpened(other), "length \(other.count)")
        }
    }

    @Test("random bytes of the right shape are refused")
    func refusesNoise() {
        let random = SeededSource(seed: 13)
        for _ in 0..<200 {
            var datagram = [UInt8](repeating: 0, count: 148)
            datagram.withUnsafeMutableBytes { random.fill($0) }
            #expect(!isOpened(datagram))
            datagram.replaceSubrange(0..<4, with: [1, 0, 0, 0])
            #expect(!isOpened(datagram))
        }
    }

    @Test("of two identities the one that is addressed opens")
    func findsIdentity() {
        let other = PrivateKey(random: SeededSource(seed: 14))
        for identities in [[other, pair.responder], [pair.responder, other]] {
            let opened = ResponderHandshake.open(HandshakePair.initiation, local: identities)!
            #expect(opened.identity === pair.responder)
        }
        #expect(
            holds(
                (ResponderHandshake.open(HandshakePair.initiation, local: [other]) == nil) as Bool))
        #expect(
            holds((ResponderHandshake.open(HandshakePair.initiation, local: []) == nil) as Bool))
    }

    @Test("a stranger is asked about by its key, and refused")
    func asksAboutPeers() {
        var asked: [PublicKey] = []
        let opened = ResponderHandshake.open(
            HandshakePair.initiation, local: [pair.responder],
            isPeer: {
                asked.append($0)
                return false
            })
        #expect(holds(opened == nil))
        #expect(asked == [pair.initiator.publicKey])
    }
}
