import Overlay
import Packet
import Testing

@Suite struct CookieReplyTests {
    @Test("reply and mac2 are those that the paper's formulas give in Python")
    func matchesOthers() {
        let pair = HandshakePair()
        var checker = CookieChecker(identities: [pair.responder.publicKey])
        let random = ScriptedSource([UInt8](repeating: 7, count: 32) + [UInt8](0..<24))
        let reply = checker.reply(
            to: HandshakePair.initiation, from: UnderlayAddress("192.0.2.1:51820")!, now: 0,
            random: random)
        let expected = bytes(
            """
            0300000044332211000102030405060708090a0b0c0d0e0f1011121314151617
            64fa9a34d22263c2171f30c29d39eb8f86df0064ee153d6445922d01a14e58ac
            """)
        #expect(reply == expected)
        var jar = CookieJar(remote: pair.responder.publicKey)
        var message = HandshakePair.initiation
        jar.stamp(&message, now: 0)
        #expect(holds(jar.receive(expected, now: 0)))
        jar.stamp(&message, now: 0)
        #expect(Array(message[132...]) == bytes("63135a5ecfda22ab0bd0c1d72c7c2111"))
    }
}
