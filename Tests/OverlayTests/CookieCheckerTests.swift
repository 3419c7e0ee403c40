import Overlay
import Packet
import Testing

@Suite struct CookieCheckerTests {
    private let pair = HandshakePair()
    private let address = UnderlayAddress("192.0.2.1:51820")!
    private let minute: UInt64 = 60_000_000_000

    private func checker() -> CookieChecker {
        CookieChecker(identities: [pair.responder.publicKey])
    }

    /// The initiation with the mac2 of a cookie that `checker` gave to `address` at `now`.
    private func proven(_ checker: inout CookieChecker, now: UInt64) -> [UInt8] {
        var jar = CookieJar(remote: pair.responder.publicKey)
        var message = HandshakePair.initiation
        jar.stamp(&message, now: now)
        let reply = checker.reply(
            to: message, from: address, now: now, random: SeededSource(seed: now))!
        #expect(holds(jar.receive(reply, now: now)))
        jar.stamp(&message, now: now)
        return message
    }

    @Test("a message to this host proves mac1; any flipped bit up to mac1 makes it invalid")
    func checksMAC1() {
        let checker = checker()
        #expect(checker.verdict(HandshakePair.initiation, from: address, now: 0) == .mac1)
        for (bit, changed) in HandshakePair.initiation.flips where bit < 132 * 8 {
            #expect(checker.verdict(changed, from: address, now: 0) == .invalid, "bit \(bit)")
        }
        for other in HandshakePair.initiation.otherLengths {
            #expect(checker.verdict(other, from: address, now: 0) == .invalid)
        }
        #expect(checker.verdict(HandshakePair.response, from: address, now: 0) == .invalid)
    }

    @Test("responses are checked too, and each of several identities counts")
    func checksResponses() {
        let both = CookieChecker(identities: [pair.responder.publicKey, pair.initiator.publicKey])
        #expect(both.verdict(HandshakePair.response, from: address, now: 0) == .mac1)
        #expect(both.verdict(HandshakePair.initiation, from: address, now: 0) == .mac1)
        let nobody = CookieChecker(identities: [])
        #expect(nobody.verdict(HandshakePair.response, from: address, now: 0) == .invalid)
    }

    @Test("mac2 counts from the address the cookie was given to, and from no other")
    func bindsAddress() {
        var checker = checker()
        let message = proven(&checker, now: 5)
        #expect(checker.verdict(message, from: address, now: 5) == .mac2)
        for other in ["192.0.2.1:51821", "192.0.2.2:51820", "[2001:db8::1]:51820"] {
            let from = UnderlayAddress(other)!
            #expect(checker.verdict(message, from: from, now: 5) == .mac1, "\(other)")
        }
    }

    @Test("mac2 counts for the message it was made for: any flipped bit of it counts no more")
    func bindsMessage() {
        var checker = checker()
        let message = proven(&checker, now: 5)
        for (bit, changed) in message.flips {
            let expected: CookieChecker.Verdict = bit < 132 * 8 ? .invalid : .mac1
            #expect(checker.verdict(changed, from: address, now: 5) == expected, "bit \(bit)")
        }
    }

    @Test("mac2 counts until the secret is two minutes old, and not before it was made")
    func expires() {
        var checker = checker()
        let message = proven(&checker, now: 10 * minute)
        #expect(checker.verdict(message, from: address, now: 12 * minute - 1) == .mac2)
        #expect(checker.verdict(message, from: address, now: 12 * minute) == .mac1)
        #expect(checker.verdict(message, from: address, now: 10 * minute - 1) == .mac1)
        // A reply after that makes a new secret, and the old cookie is worth nothing.
        _ = proven(&checker, now: 12 * minute)
        #expect(checker.verdict(message, from: address, now: 12 * minute) == .mac1)
    }

    @Test("cookies within two minutes are made of one secret")
    func keepsSecret() {
        var checker = checker()
        let message = proven(&checker, now: 0)
        _ = proven(&checker, now: minute)
        #expect(checker.verdict(message, from: address, now: minute) == .mac2)
    }

    @Test("an invalid message is given no cookie")
    func refusesReply() {
        var checker = checker()
        var forged = HandshakePair.initiation
        forged[120] ^= 1
        let random = SeededSource(seed: 17)
        for message in [forged, HandshakePair.response, [], [UInt8](repeating: 0, count: 64)] {
            #expect(checker.reply(to: message, from: address, now: 0, random: random) == nil)
        }
    }
}
