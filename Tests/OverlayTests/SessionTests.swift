import Overlay
import Testing

@Suite struct SessionTests {
    private func plaintext(_ byteCount: Int) -> [UInt8] {
        (0..<byteCount).map { UInt8(truncatingIfNeeded: $0 &* 7) }
    }

    @Test("what one end seals the other opens, of every length")
    func roundTrip() {
        let pair = SessionPair(seed: 1)
        for byteCount in 0...1_500 {
            let text = plaintext(byteCount)
            let datagram = pair.seal(text)!
            #expect(datagram.count == byteCount + Session.overheadByteCount)
            let (result, opened) = pair.open(datagram)
            #expect(result == .packet(byteCount: byteCount))
            #expect(opened == text)
        }
    }

    @Test("the header is type 4, the receiver's index and the counter, little endian")
    func header() {
        let pair = SessionPair(seed: 2, firstCounter: 0x0102_0304_0506_0708)
        let header = pair.seal([1, 2, 3])!.prefix(16)
        #expect(header == [4, 0, 0, 0, 5, 0, 0, 0, 8, 7, 6, 5, 4, 3, 2, 1])
        let index = Array(header + [UInt8](repeating: 0, count: 16)).withUnsafeBytes {
            Session.localIndex(of: $0.baseAddress!, byteCount: 32)
        }
        #expect(index == 5)
    }

    @Test("a datagram is opened once")
    func replay() {
        let pair = SessionPair(seed: 3)
        let datagrams = (0..<100).map { _ in pair.seal(plaintext(64))! }
        for datagram in datagrams.reversed() {
            #expect(pair.open(datagram).0 == .packet(byteCount: 64))
        }
        for datagram in datagrams { #expect(pair.open(datagram).0 == .replay) }
    }

    @Test("no flipped bit is accepted but in the index, which the table has looked up already")
    func flips() {
        let pair = SessionPair(seed: 4)
        let datagram = pair.seal(plaintext(48))!
        for bit in 0..<datagram.count * 8 where !(32..<64).contains(bit) {
            var flipped = datagram
            flipped[bit / 8] ^= 1 << (bit % 8)
            let result = pair.open(flipped).0
            #expect(result == (bit < 32 ? .malformed : .authentication), "bit \(bit)")
        }
        #expect(pair.open(datagram).0 == .packet(byteCount: 48))
    }

    @Test("a forged counter does not move the window")
    func forgedCounter() {
        let pair = SessionPair(seed: 5)
        let first = pair.seal(plaintext(16))!
        var forged = pair.seal(plaintext(16))!
        forged[14] = 0xff
        #expect(pair.open(forged).0 == .authentication)
        #expect(pair.open(first).0 == .packet(byteCount: 16))
    }

    @Test("a cut datagram is refused at every length")
    func cuts() {
        let pair = SessionPair(seed: 6)
        let datagram = pair.seal(plaintext(48))!
        for count in 0..<datagram.count {
            let result = pair.open(Array(datagram[..<count])).0
            #expect(result == (count < 32 ? .malformed : .authentication), "\(count) bytes")
        }
    }

    @Test("nothing is sealed with a counter from the limit on, however often one asks")
    func counterLimit() {
        let limit = UInt64.max - (1 << 13)
        let pair = SessionPair(seed: 7, firstCounter: limit - 2)
        #expect(pair.maySend(now: SessionPair.bornAt))
        #expect(pair.seal([0]) != nil)
        let last = pair.seal([0])!
        #expect(pair.open(last).0 == .packet(byteCount: 1))
        #expect(!pair.maySend(now: SessionPair.bornAt))
        let refused = (0..<20_000).count { _ in pair.seal([0]) == nil }
        #expect(refused == 20_000)
        let counter = pair.near.pointee.sentPackets
        #expect(counter == limit)
    }

    @Test("each seal has a nonce of its own")
    func nonces() {
        let pair = SessionPair(seed: 8)
        let headers = (0..<50_000).map { _ in Array(pair.seal([1])!.prefix(16)) }
        #expect(Set(headers).count == 50_000)
    }

    @Test("from 180 s of age on a session neither seals nor opens")
    func age() {
        let pair = SessionPair(seed: 9)
        let datagrams = [pair.seal([1])!, pair.seal([2])!]
        let end = SessionPair.bornAt + 180 * second
        #expect(pair.open(datagrams[0], now: end - 1).0 == .packet(byteCount: 1))
        #expect(pair.open(datagrams[1], now: end).0 == .expired)
        #expect(pair.seal([1], now: end - 1) != nil)
        #expect(pair.seal([1], now: end) == nil)
        #expect(pair.maySend(now: end - 1) && !pair.maySend(now: end))
        #expect(pair.mayReceive(now: end - 1) && !pair.mayReceive(now: end))
        #expect(pair.maySend(now: 0), "a worker's clock may lag behind")
    }

    @Test("an initiator's session wants a successor after 120 s sent or 165 s received")
    func wantsRekey() {
        let born = SessionPair.bornAt
        for (now, isSending, wants) in [
            (119, true, false), (120, true, true), (164, false, false), (165, false, true),
        ] as [(UInt64, Bool, Bool)] {
            let pair = SessionPair(seed: 10)
            pair.note(isSending: isSending, now: born + now * second)
            #expect(pair.wantsRekey == (wants, false), "\(now) s; a responder waits")
        }
        let busy = SessionPair(seed: 11, firstCounter: 1 << 60)
        #expect(busy.wantsRekey == (true, false))
        #expect(busy.maySend(now: born))
    }

    @Test("activity tells data from keepalives, and what was refused leaves no trace")
    func activity() {
        let pair = SessionPair(seed: 12)
        let time = SessionPair.bornAt + second
        #expect(pair.seal([0], now: time) != nil)
        let empty = pair.seal([], now: time + 1)!
        #expect(empty.count == 32)
        #expect(pair.open(empty, now: time + 2).0 == .packet(byteCount: 0))
        let near = (
            pair.near.pointee.activity.lastSent.load(ordering: .relaxed),
            pair.near.pointee.activity.lastDataSent.load(ordering: .relaxed),
            pair.near.pointee.activity.sentBytes.load(ordering: .relaxed)
        )
        #expect(near == (time + 1, time, 1))
        _ = pair.open(empty, now: time + 3)
        _ = pair.open([UInt8](repeating: 4, count: 40), now: time + 4)
        let far = (
            pair.far.pointee.activity.lastReceived.load(ordering: .relaxed),
            pair.far.pointee.activity.lastDataReceived.load(ordering: .relaxed),
            pair.far.pointee.activity.receivedPackets.load(ordering: .relaxed)
        )
        #expect(far == (time + 2, 0, 1))
    }

    @Test("random datagrams are refused, whatever their length")
    func noise() {
        let pair = SessionPair(seed: 13)
        let random = SimulatedRandom(seed: 13)
        for _ in 0..<20_000 {
            var bytes = random.bytes(Int(random.word() % 100))
            if random.once(in: 2), bytes.count > 4 {
                bytes.replaceSubrange(0..<4, with: [4, 0, 0, 0])
            }
            let result = pair.open(bytes).0
            #expect(result == .malformed || result == .authentication)
        }
    }
}
