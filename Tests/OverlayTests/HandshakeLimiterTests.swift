import Overlay
import Packet
import Testing

@Suite struct HandshakeLimiterTests {
    /// How many of nine requests at once are admitted.
    private func burst(
        _ limiter: inout HandshakeLimiter, _ source: IPAddress, now: UInt64
    ) -> Int {
        var count = 0
        for _ in 0..<9 where limiter.admit(source, now: now) { count += 1 }
        return count
    }

    private func address(_ text: String) -> IPAddress { IPAddress(text)! }

    @Test("a source has 5 handshakes at once and 20 a second, whatever others do")
    func rate() {
        var limiter = HandshakeLimiter()
        let (first, other) = (address("192.0.2.1"), address("192.0.2.2"))
        let start = 77 * second
        #expect(burst(&limiter, first, now: start) == 5)
        #expect(limiter.admit(first, now: start + 49 * millisecond) == false)
        #expect(limiter.admit(first, now: start + 50 * millisecond) == true)
        #expect(limiter.admit(first, now: start + 50 * millisecond) == false)
        #expect(burst(&limiter, other, now: start) == 5)
        var admitted = 0
        for step in 0..<10_000 as Range<UInt64> {
            admitted += limiter.admit(first, now: start + second + step * millisecond) ? 1 : 0
        }
        #expect((200...205).contains(admitted))
    }

    @Test("an IPv6 source counts by its /64")
    func prefix() {
        var limiter = HandshakeLimiter()
        let admitted = (1..<10).count {
            limiter.admit(address("2001:db8::\($0)"), now: 5 * second)
        }
        #expect(admitted == 5)
        #expect(limiter.admit(address("2001:db8:0:1::1"), now: 5 * second) == true)
    }

    @Test("the table is bounded, and has room again when its sources were quiet")
    func bounded() {
        var limiter = HandshakeLimiter()
        let sources = (0..<5_000).map { IPAddress(IPv4Address(rawValue: UInt32($0))) }
        let admitted = sources.count { limiter.admit($0, now: 9 * second) }
        #expect(admitted == 4_096)
        #expect(limiter.sourceCount == 4_096)
        #expect(limiter.admit(sources[0], now: 9 * second) == true, "who is known is still served")
        #expect(limiter.admit(sources[4_999], now: 10 * second) == true)
        #expect(limiter.sourceCount == 1)
    }
}
