import Overlay
import Packet
import Testing

@Suite struct CookieJarTests {
    private let pair = HandshakePair()
    private let address = UnderlayAddress("[2001:db8::1]:51820")!
    private let none = [UInt8](repeating: 0, count: 16)

    private func jar() -> CookieJar { CookieJar(remote: pair.responder.publicKey) }

    private func reply(to message: [UInt8]) -> [UInt8] {
        var checker = CookieChecker(identities: [pair.responder.publicKey])
        return checker.reply(
            to: message, from: address, now: 0, random: SeededSource(seed: 18))!
    }

    @Test("without a cookie mac2 stays zero")
    func leavesZero() {
        var jar = jar()
        var message = HandshakePair.initiation
        jar.stamp(&message, now: 0)
        #expect(message == HandshakePair.initiation)
    }

    @Test("a cookie is used for two minutes and no longer")
    func usesCookie() {
        var jar = jar()
        var message = HandshakePair.initiation
        jar.stamp(&message, now: 0)
        let received: UInt64 = 7
        #expect(holds(jar.receive(reply(to: message), now: received)))
        for (now, isUsed) in [
            (received, true), (received + CookieJar.cookieLifetime - 1, true),
            (received + CookieJar.cookieLifetime, false), (received, false),
        ] {
            var message = HandshakePair.initiation
            jar.stamp(&message, now: now)
            #expect((Array(message[132...]) != none) == isUsed, "at \(now)")
            #expect(message[..<132] == HandshakePair.initiation[..<132])
        }
    }

    @Test("a reply is refused when any bit that is sealed, or names its kind, differs")
    func refusesFlips() {
        var jar = jar()
        var message = HandshakePair.initiation
        jar.stamp(&message, now: 0)
        let reply = reply(to: message)
        for (bit, changed) in reply.flips {
            var copy = jar
            // The receiver's index is not sealed (paper §5.4.7): the engine finds the jar by it.
            #expect(holds(copy.receive(changed, now: 0) == (32..<64).contains(bit)), "bit \(bit)")
        }
        for other in reply.otherLengths { #expect(holds(!jar.receive(other, now: 0))) }
        #expect(holds(jar.receive(reply, now: 0)))
    }

    @Test("a reply to nothing, to another message, of another host or a second one is refused")
    func refusesOthers() {
        var jar = jar()
        let good = reply(to: HandshakePair.initiation)
        #expect(holds(!jar.receive(good, now: 0)))
        var other = HandshakePair.initiation
        other[116] ^= 1
        jar.stamp(&other, now: 0)
        #expect(holds(!jar.receive(good, now: 0)))
        var message = HandshakePair.initiation
        jar.stamp(&message, now: 0)
        var wrong = CookieJar(remote: pair.initiator.publicKey)
        wrong.stamp(&message, now: 0)
        #expect(holds(!wrong.receive(good, now: 0)))
        #expect(holds(jar.receive(good, now: 0)))
        #expect(holds(!jar.receive(good, now: 0)))
    }

    @Test("what is no initiation or response is left alone")
    func ignoresOthers() {
        var jar = jar()
        for message in [[], [1, 0, 0, 0], [UInt8](repeating: 0, count: 148)] {
            var copy = message
            jar.stamp(&copy, now: 0)
            #expect(copy == message)
        }
    }
}
