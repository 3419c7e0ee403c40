import Overlay
import Packet
import Testing

@Suite struct OverlayEngineReceptionTests {
    private static let attacker = UnderlayAddress("203.0.113.66:666")!

    /// Initiations of `key` to bob, one timestamp after another.
    private func initiations(_ pair: HostPair, of key: PrivateKey, count: Int) -> [[UInt8]] {
        var clock = TAI64NClock(last: nil)
        return (0..<count).map { index in
            let credentials = HandshakeCredentials(local: key, remote: pair.bobKey.publicKey)
            let label = clock.next(wall: pair.simulation.time.wall).label
            return InitiatorHandshake(
                credentials, localIndex: UInt32(index), timestamp: label,
                random: pair.simulation.random)!.message
        }
    }

    /// Whether what bob has and had changed.
    private func bobState(_ pair: HostPair) -> [Int] {
        [
            pair.bob.installs.count, pair.bob.sessionCount, pair.bob.outbox.count,
            pair.bobReceived.count,
        ]
    }

    @Test("a replayed initiation is refused, from anywhere and at any time")
    func replayedInitiation() {
        let pair = HostPair(seed: 1)
        pair.connect()
        let initiation = pair.simulation.recording.first { $0.bytes[0] == 1 }!.bytes
        for pause in [0, 1, 100, 1_000] as [UInt64] {
            pair.simulation.run(for: pause * second)
            let before = bobState(pair)
            for address in [HostPair.aliceAddress, Self.attacker] {
                pair.simulation.inject(initiation, from: address, to: HostPair.bobAddress)
            }
            #expect(bobState(pair) == before)
        }
        #expect(pair.bobReport.handshakes.replayed == 8)
    }

    @Test(
        "a whole recording, replayed to both hosts, delivers nothing",
        arguments: 0..<3 as Range<UInt64>)
    func replayedRecording(seed: UInt64) {
        let pair = HostPair(seed: seed)
        for number in 0..<1_300 as Range<UInt64> {
            pair.aliceSends(number)
            pair.bobSends(number)
            pair.simulation.run(for: 100 * millisecond)
        }
        pair.simulation.run(for: second)
        let (alice, bob) = (pair.aliceReceived, pair.bobReceived)
        #expect(alice.count == 1_300 && bob.count == 1_300)
        for pause in [0, 30, 200] as [UInt64] {
            pair.simulation.run(for: pause * second)
            for datagram in pair.simulation.recording {
                pair.simulation.inject(datagram.bytes, from: datagram.from, to: datagram.to)
            }
        }
        #expect(pair.aliceReceived == alice)
        #expect(pair.bobReceived == bob)
    }

    @Test("a peer that calls without end is answered every 20 ms at most")
    func initiationFlood() {
        let pair = HostPair(seed: 2)
        for initiation in initiations(pair, of: pair.aliceKey, count: 100) {
            pair.simulation.inject(
                initiation, from: HostPair.aliceAddress, to: HostPair.bobAddress)
            pair.simulation.run(for: 2 * millisecond)
        }
        #expect(pair.bobReport.handshakes.answered == 10)
        #expect(pair.bobReport.handshakes.limited == 90)
        #expect(pair.bob.sessionCount <= 5)
    }

    @Test("under load a peer proves its address with a cookie, and connects")
    func cookieMode() {
        let pair = HostPair(seed: 3)
        pair.aliceSends(1)
        for _ in 0..<60 {
            pair.bob.engine.queueIsFilling(now: pair.simulation.time.now)
            pair.simulation.run(for: 100 * millisecond)
        }
        #expect(pair.bob.engine.counts.cookiesSent == 1)
        #expect(pair.aliceReport.holdsCookie)
        #expect(pair.aliceReport.handshakes.cookiesReceived == 1)
        #expect(pair.aliceReport.handshakes.initiationsSent == 2)
        #expect(pair.bobReceived == [1])
        let isUnderLoad = pair.bob.engine.isUnderLoad(now: pair.simulation.time.now + second)
        #expect(!isUnderLoad)
    }

    @Test("under load a proved address has 20 handshakes a second, and others none")
    func cookieLimit() {
        let pair = HostPair(seed: 4)
        let stranger = PrivateKey(random: pair.simulation.random)
        var jar = CookieJar(remote: pair.bobKey.publicKey)
        let now = pair.simulation.time.now
        pair.bob.engine.queueIsFilling(now: now)
        for var message in initiations(pair, of: stranger, count: 20) {
            jar.stamp(&message, now: now)
            pair.simulation.inject(message, from: Self.attacker, to: HostPair.bobAddress)
            if let reply = pair.bob.outbox.popLast()?.bytes { _ = jar.receive(reply, now: now) }
        }
        #expect(pair.bob.engine.counts.cookiesSent == 1)
        #expect(pair.bob.engine.counts.unknownPeer == 5)
        #expect(pair.bob.engine.counts.limited == 14)
    }

    @Test("in a flood with valid mac1 few are computed for, and a peer connects within 10 s")
    func flood() {
        let pair = HostPair(seed: 5)
        let stranger = PrivateKey(random: pair.simulation.random)
        let flood = initiations(pair, of: stranger, count: 64)
        let sendFlood = { (tick: Int) in
            for (index, message) in (flood + flood + flood + flood).enumerated() {
                let source = IPAddress(IPv4Address(rawValue: UInt32(tick * 1_000 + index)))
                pair.simulation.inject(
                    message, from: UnderlayAddress(source, port: 9), to: HostPair.bobAddress)
            }
            pair.simulation.run(for: 100 * millisecond)
        }
        for tick in 0..<5 { sendFlood(tick) }
        pair.aliceSends(1)
        for tick in 5..<105 { sendFlood(tick) }
        #expect(pair.bobReceived == [1])
        #expect(pair.bob.engine.counts.unknownPeer <= OverlayEngine.datagramCountMax)
        // What bob himself begins is not held up by the cookies that he asks for.
        let bobs = HostPair(seed: 6)
        bobs.bob.engine.queueIsFilling(now: bobs.simulation.time.now)
        bobs.bobSends(2)
        bobs.simulation.run(for: 100 * millisecond)
        #expect(bobs.aliceReceived == [2])
    }

    @Test("who forges responses to an index makes us compute a few times only, under load")
    func forgedResponses() {
        let pair = HostPair(seed: 7)
        pair.simulation.wire.loses = { bytes, _ in bytes[0] == 2 }
        pair.aliceSends(1)
        pair.simulation.run(for: 100 * millisecond)
        var forged = pair.simulation.recording.first { $0.bytes[0] == 2 }!.bytes
        let genuine = forged
        pair.simulation.inject(genuine, from: HostPair.bobAddress, to: HostPair.bobAddress)
        #expect(pair.bob.engine.counts.unknownIndex == 1)
        // Another handshake's response, under this one's index: its mac1 is right.
        let other = HostPair(seed: 8)
        let credentials = HandshakeCredentials(
            local: pair.aliceKey, remote: other.bobKey.publicKey)
        let handshake = InitiatorHandshake(
            credentials, localIndex: UInt32(littleEndianAt: 8, of: genuine),
            timestamp: TAI64N(wall: 5), random: other.simulation.random)!
        let answer = ResponderHandshake.open(handshake.message, local: [other.bobKey])!
            .answer(preshared: .zero, localIndex: 4, random: other.simulation.random)!
        forged = answer.message
        pair.alice.engine.queueIsFilling(now: pair.simulation.time.now)
        for _ in 0..<100 {
            pair.simulation.inject(forged, from: Self.attacker, to: HostPair.aliceAddress)
        }
        #expect(pair.aliceReport.handshakes.responsesRefused == 8)
        #expect(pair.alice.engine.counts.cookiesSent == 92)
    }

    @Test("the true response still counts after forged ones")
    func forgedThenTrue() {
        let pair = HostPair(seed: 9)
        pair.simulation.wire.loses = { bytes, _ in bytes[0] == 2 }
        pair.aliceSends(1)
        pair.simulation.run(for: 100 * millisecond)
        let genuine = pair.simulation.recording.first { $0.bytes[0] == 2 }!.bytes
        for bit in 0..<genuine.count * 8 where bit / 8 < 76 {
            var flipped = genuine
            flipped[bit / 8] ^= 1 << (bit % 8)
            pair.simulation.inject(flipped, from: HostPair.bobAddress, to: HostPair.aliceAddress)
        }
        #expect(pair.alice.installs.isEmpty)
        pair.simulation.inject(genuine, from: HostPair.bobAddress, to: HostPair.aliceAddress)
        #expect(pair.alice.installs == [.initiator])
        pair.simulation.inject(genuine, from: HostPair.bobAddress, to: HostPair.aliceAddress)
        #expect(pair.alice.installs == [.initiator], "and only once")
    }

    @Test("no flipped bit or cut of an initiation is answered")
    func brokenInitiations() {
        let pair = HostPair(seed: 10)
        let genuine = initiations(pair, of: pair.aliceKey, count: 1)[0]
        let before = bobState(pair)
        for bit in 0..<genuine.count * 8 where bit / 8 < 132 {
            var flipped = genuine
            flipped[bit / 8] ^= 1 << (bit % 8)
            pair.simulation.inject(flipped, from: HostPair.aliceAddress, to: HostPair.bobAddress)
            if bit % 64 == 0 { pair.simulation.run(for: second) }
        }
        for count in 0..<genuine.count {
            pair.simulation.inject(
                Array(genuine[..<count]), from: HostPair.aliceAddress, to: HostPair.bobAddress)
        }
        #expect(bobState(pair) == before)
        pair.simulation.run(for: 2 * second)
        pair.simulation.inject(genuine, from: HostPair.aliceAddress, to: HostPair.bobAddress)
        #expect(pair.bob.installs == [.responder])
    }

    @Test(
        "noise of all types and sizes changes nothing, under load or not", arguments: [false, true])
    func noise(isUnderLoad: Bool) {
        let pair = HostPair(seed: 11)
        pair.connect()
        let random = pair.simulation.random
        let sizes = [0, 1, 3, 4, 31, 32, 63, 64, 65, 91, 92, 93, 147, 148, 149, 1_500]
        for step in 0..<20_000 {
            var bytes = random.bytes(sizes[step % sizes.count])
            if bytes.count >= 8 {
                bytes.replaceSubrange(0..<4, with: [UInt8(step / 16 % 6), 0, 0, 0])
                // Indices that are in use, too.
                bytes.replaceSubrange(4..<8, with: pair.simulation.recording[step % 4].bytes[4..<8])
            }
            if isUnderLoad { pair.bob.engine.queueIsFilling(now: pair.simulation.time.now) }
            pair.simulation.inject(bytes, from: Self.attacker, to: HostPair.bobAddress)
        }
        #expect(pair.bob.outbox.isEmpty)
        #expect(pair.bob.installs.count == 1)
        pair.aliceSends(1)
        pair.simulation.run(for: second)
        #expect(pair.bobReceived == [0, 1])
    }

    @Test("a cookie for nobody, or sealed by another, is not kept")
    func forgedCookies() {
        let pair = HostPair(seed: 12)
        pair.simulation.wire.loses = { bytes, _ in bytes[0] != 1 }
        pair.bob.engine.queueIsFilling(now: pair.simulation.time.now)
        pair.aliceSends(1)
        pair.simulation.run(for: 100 * millisecond)
        let cookie = pair.simulation.recording.first { $0.bytes[0] == 3 }!.bytes
        for bit in 0..<cookie.count * 8 {
            var flipped = cookie
            flipped[bit / 8] ^= 1 << (bit % 8)
            pair.simulation.inject(flipped, from: HostPair.bobAddress, to: HostPair.aliceAddress)
        }
        #expect(!pair.aliceReport.holdsCookie)
        pair.simulation.inject(cookie, from: HostPair.bobAddress, to: HostPair.aliceAddress)
        #expect(pair.aliceReport.holdsCookie)
    }

    @Test("a call from oneself is answered by nobody")
    func ownKey() {
        let pair = HostPair(seed: 13)
        let message = initiations(pair, of: pair.bobKey, count: 1)[0]
        pair.simulation.inject(message, from: Self.attacker, to: HostPair.bobAddress)
        #expect(pair.bob.engine.counts.unknownPeer == 1)
        #expect(pair.bob.outbox.isEmpty)
    }
}

extension UInt32 {
    fileprivate init(littleEndianAt offset: Int, of bytes: [UInt8]) {
        self = bytes[offset..<offset + 4].reversed().reduce(0) { $0 << 8 | UInt32($1) }
    }
}
