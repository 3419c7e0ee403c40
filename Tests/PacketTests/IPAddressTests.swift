import Packet
import Testing

@Suite struct IPAddressTests {
    @Test(
        "text and address become each other",
        arguments: [
            ("10.0.0.1", 0, 0xffff_0a00_0001), ("255.255.255.255", 0, 0xffff_ffff_ffff),
            ("::", 0, 0), ("::1", 0, 1), ("fe80::1", 0xfe80 << 48, 1),
            ("2001:db8:0:1:1:1:1:1", 0x2001_0db8_0000_0001, 0x0001_0001_0001_0001),
        ] as [(String, UInt64, UInt64)])
    func converts(_ text: String, _ high: UInt64, _ low: UInt64) {
        #expect(IPAddress(text) == IPAddress(high: high, low: low))
        #expect(IPAddress(high: high, low: low).description == text)
    }

    @Test(
        "other text is refused",
        arguments: [
            "", "10.0.0", "10.0.0.256", "010.0.0.1", "10.0.0.1 ", "10.0.0.1/8", "::g", "1::2::3",
            "[::1]",
            "fe80::1%eth0", "::ffff:10.0.0.1", "::ffff:a00:1", "0x0a000001",
        ])
    func refuses(_ text: String) {
        #expect(IPAddress(text) == nil)
    }

    @Test(
        "families and kinds are told",
        arguments: [
            ("10.0.0.1", true, false), ("224.0.0.1", true, true), ("239.255.255.255", true, true),
            ("240.0.0.1", true, false), ("223.255.255.255", true, false), ("ff02::1", false, true),
            ("fe80::1", false, false), ("::", false, false),
        ])
    func classifies(_ text: String, _ isIPv4: Bool, _ isMulticast: Bool) throws {
        let address = try #require(IPAddress(text))
        #expect(address.isIPv4 == isIPv4)
        #expect(address.isMulticast == isMulticast)
        #expect(address.ipv4?.description == (isIPv4 ? text : nil))
    }

    @Test("the named addresses are what they say")
    func names() {
        #expect(IPAddress.unspecified.description == "::")
        #expect(IPAddress.unspecifiedIPv4.description == "0.0.0.0")
        #expect(IPAddress.broadcastIPv4.description == "255.255.255.255")
    }

    @Test("a host's link-local address is formed from its MAC address (RFC 4291 appendix A)")
    func formsLinkLocal() throws {
        let mac = try #require(MACAddress("34:56:78:9a:bc:de"))
        #expect(IPAddress.linkLocal(mac).description == "fe80::3656:78ff:fe9a:bcde")
        #expect(IPAddress.linkLocal(mac).isLinkLocalIPv6)
        // As Linux did it for the captured solicitation.
        let sample = try CorpusFrame.named("icmp6-router-solicitation")
        let parsed = parse(sample.octets)
        #expect(parsed.fiveTuple.source == .linkLocal(parsed.sourceMAC))
    }

    @Test("link scope is fe80::/10, and nothing else")
    func tellsLinkLocal() throws {
        for (text, isLocal) in [("febf::1", true), ("fec0::1", false), ("fe7f::1", false)] {
            #expect(try #require(IPAddress(text)).isLinkLocalIPv6 == isLocal)
        }
    }

    @Test("addresses sort as numbers, IPv4 together")
    func sorts() throws {
        let texts = ["::1", "9.255.255.255", "10.0.0.0", "10.0.0.1", "2001:db8::", "fe80::1"]
        let addresses = try texts.map { try #require(IPAddress($0)) }
        #expect(addresses.shuffled().sorted() == addresses)
    }
}
