import Packet
import Testing

@Suite struct UDPHeaderTests {
    @Test("a header yields its fields")
    func reads() {
        let octets: [UInt8] = [0x14, 0xe9, 0, 53, 0, 12, 0xbe, 0xef, 1, 2, 3, 4]
        let header = UDPHeader(octets.span.bytes)
        #expect(header?.sourcePort == 5_353)
        #expect(header?.destinationPort == 53)
        #expect(header?.length == 12)
        #expect(header?.checksum == 0xbeef)
        #expect(header?.description == "5353 > 53, 12 bytes")
    }

    @Test("a header shorter than itself is refused")
    func refuses() {
        for length in 0...9 as ClosedRange<UInt16> {
            let isAccepted = UDPHeader(Build.udp(4, length: length).span.bytes) != nil
            #expect(isAccepted == (length >= 8))
        }
        for count in 0..<8 {
            let isAccepted = UDPHeader(Build.udp(4).span.bytes.extracting(first: count)) != nil
            #expect(!isAccepted)
        }
    }
}
