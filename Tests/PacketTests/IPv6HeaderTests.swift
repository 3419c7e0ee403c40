import Packet
import Testing

@Suite struct IPv6HeaderTests {
    @Test("a captured header yields every field")
    func readsCaptured() throws {
        let sample = try CorpusFrame.named("icmp6-echo-request")
        let header = IPv6Header(sample.octets.span.bytes.extracting(droppingFirst: 14))
        #expect(header?.version == 6)
        #expect(header?.payloadByteCount == 64)
        #expect(header?.totalByteCount == 104)
        #expect(header?.nextHeader == .icmpv6)
        #expect(header?.hopLimit == 64)
        #expect(header?.description == "fd00::1 > fd00::2 icmpv6, 64 bytes, hop limit 64")
    }

    @Test("a header is refused when the payload does not fit or the version is wrong")
    func refuses() {
        let packet = IPv6Builder(nextHeader: 17, payload: Build.udp(4)).packet
        for count in 0...packet.count {
            let isAccepted = IPv6Header(packet.span.bytes.extracting(first: count)) != nil
            #expect(isAccepted == (count == packet.count))
        }
        var other = packet
        other[0] = 0x40
        let isAccepted = IPv6Header(other.span.bytes) != nil
        #expect(!isAccepted)
    }

    @Test(
        "an address that stands for no IPv4 host is accepted",
        arguments: [
            "fe80::1", "fd00::1", "2001:db8::1", "64:ff9b::a00:1", "2002:a00:1::1",
        ])
    func acceptsAddress(_ text: String) throws {
        let address = try #require(IPAddress(text))
        var octets: [UInt8] = []
        for half in [address.high, address.low] {
            octets += Build.big(UInt32(half >> 32)) + Build.big(UInt32(truncatingIfNeeded: half))
        }
        let frame = IPv6Builder(nextHeader: 17, source: octets, payload: Build.udp(4)).frame
        #expect(parse(frame).fiveTuple.source == address)
        #expect(parse(frame).fault == .none)
    }
}
