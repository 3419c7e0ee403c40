import Packet
import Testing

@Suite struct IPPrefixTests {
    @Test(
        "text and prefix become each other",
        arguments: [
            ("10.9.0.0/24", 120), ("0.0.0.0/0", 96), ("10.0.0.1/32", 128), ("::/0", 0),
            ("2001:db8::/32", 32), ("fe80::/10", 10), ("::1/128", 128), ("2001:db8::/65", 65),
        ])
    func converts(_ text: String, _ bitCount: UInt8) {
        #expect(IPPrefix(text)?.bitCount == bitCount)
        #expect(IPPrefix(text)?.description == text)
    }

    @Test("an address alone is the prefix that holds it alone")
    func readsAddress() {
        #expect(IPPrefix("10.0.0.1")?.description == "10.0.0.1/32")
        #expect(IPPrefix("fe80::1") == IPAddress("fe80::1").map(IPPrefix.init))
    }

    @Test(
        "other text, and bits set after the prefix, are refused",
        arguments: [
            "", "/", "10.0.0.0/", "/24", "10.0.0.0/33", "::/129", "10.0.0.0/-1", "10.0.0.0/08",
            "10.0.0.0/+8", "10.0.0.0/8/8", "10.9.0.1/24", "2001:db8::1/64", "10.0.0.0/ 8", "any",
        ])
    func refuses(_ text: String) {
        #expect(IPPrefix(text) == nil)
    }

    @Test(
        "a prefix holds what lies between its first and last address",
        arguments: [
            ("10.9.0.0/24", "10.9.0.0", "10.9.0.255"), ("0.0.0.0/0", "0.0.0.0", "255.255.255.255"),
            ("10.0.0.1/32", "10.0.0.1", "10.0.0.1"),
            ("2001:db8::/33", "2001:db8::", "2001:db8:7fff:ffff:ffff:ffff:ffff:ffff"),
            ("2001:db8::/64", "2001:db8::", "2001:db8::ffff:ffff:ffff:ffff"),
            ("2001:db8::/65", "2001:db8::", "2001:db8::7fff:ffff:ffff:ffff"),
        ])
    func contains(_ text: String, _ first: String, _ last: String) throws {
        let prefix = try #require(IPPrefix(text))
        let ends = try [first, last].map { try #require(IPAddress($0)) }
        #expect(prefix.address == ends[0] && prefix.last == ends[1])
        #expect(prefix.contains(ends[0]) && prefix.contains(ends[1]))
        let before = IPAddress(high: ends[0].high, low: ends[0].low &- 1)
        let after = IPAddress(high: ends[1].high, low: ends[1].low &+ 1)
        #expect(!prefix.contains(before) || before > ends[0])
        #expect(!prefix.contains(after) || after < ends[1])
    }

    @Test("all of IPv4 is no part of an IPv6 prefix but of ::/0")
    func separatesFamilies() throws {
        let address = try #require(IPAddress("10.0.0.1"))
        #expect(try !#require(IPPrefix("2000::/3")).contains(address))
        #expect(try !#require(IPPrefix("0.0.0.0/0")).contains(#require(IPAddress("::1"))))
        #expect(try #require(IPPrefix("::/0")).contains(address))
    }

    @Test("a length out of range is refused")
    func refusesLength() {
        #expect(IPPrefix(.unspecified, bitCount: -1) == nil)
        #expect(IPPrefix(.unspecified, bitCount: 129) == nil)
        #expect(IPPrefix(.unspecified, bitCount: 0) != nil)
    }
}
