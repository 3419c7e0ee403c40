import Packet
import Testing

@Suite struct IPv4HeaderTests {
    @Test("a captured fragment's header yields every field")
    func readsCaptured() throws {
        let sample = try CorpusFrame.named("icmp4-fragment-later")
        let header = IPv4Header(sample.octets.span.bytes.extracting(droppingFirst: 14))
        #expect(header?.version == 4)
        #expect(header?.byteCount == 20)
        #expect(header?.totalByteCount == 1_500)
        #expect(header?.fragmentOffset == 1_480)
        #expect(header?.hasMoreFragments == true && header?.isFragment == true)
        #expect(header?.timeToLive == 64)
        #expect(header?.ipProtocol == .icmp)
        #expect(header?.hasValidChecksum == true)
        let identification = header?.identification
        #expect(identification == sample.octets[18..<20].reduce(0) { $0 << 8 | UInt16($1) })
        #expect(header?.description == "10.0.0.1 > 10.0.0.2 icmp, 1500 bytes, ttl 64")
    }

    @Test(
        "a header is refused when its lengths contradict each other",
        arguments: [
            (first: 0x46 as UInt8, total: 20 as UInt16),  // 24-byte header in a 20-byte packet
            (first: 0x44, total: 40),  // header shorter than the minimum
            (first: 0x45, total: 41),  // packet longer than the frame
            (first: 0x45, total: 19),
            (first: 0x65, total: 40),  // another version
        ])
    func refuses(first: UInt8, total: UInt16) {
        var octets = [UInt8](repeating: 0, count: 40)
        octets.replaceSubrange(0..<4, with: [first, 0] + Build.big(total))
        let isAccepted = IPv4Header(octets.span.bytes) != nil
        #expect(!isAccepted)
    }

    @Test("a checksum is checked over the whole header, with and without options")
    func checksChecksum() {
        for options in [[], [148, 4, 0, 0], [UInt8](repeating: 1, count: 40)] as [[UInt8]] {
            let packet = IPv4Builder(ipProtocol: 17, options: options, payload: Build.udp(4)).packet
            #expect(IPv4Header(packet.span.bytes)?.hasValidChecksum == true)
            for bit in 32..<(20 + options.count) * 8 {
                var damaged = packet
                damaged[bit / 8] ^= 1 << (bit % 8)
                #expect(IPv4Header(damaged.span.bytes)?.hasValidChecksum == false, "bit \(bit)")
            }
        }
    }

    @Test(
        "options that neither route nor lie are accepted",
        arguments: [
            [148, 4, 0, 0], [1, 1, 1, 1], [0, 131, 3, 4], [7, 7, 4, 0, 0, 0, 0, 0],
            [130, 4, 1, 1, 0, 0, 0, 0], [UInt8](repeating: 1, count: 40),
        ] as [[UInt8]])
    func acceptsOptions(_ options: [UInt8]) {
        let frame = IPv4Builder(ipProtocol: 17, options: options, payload: Build.udp(4)).frame
        let parsed = parse(frame)
        #expect(parsed.fault == .none)
        #expect(parsed.transportOffset == 34 + options.count)
        #expect(parsed.service == ServiceKey(.udp, 53))
    }
}
