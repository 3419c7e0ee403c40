import Packet
import Testing

@Suite struct TCPHeaderTests {
    @Test("a captured header yields every field")
    func readsCaptured() throws {
        let sample = try CorpusFrame.named("tcp4-synack")
        let bytes = sample.octets.span.bytes
        let header = parse(sample.octets, sample.virtio).tcp(in: bytes)
        #expect(header?.sourcePort == 8_080)
        #expect(header?.flags == [.syn, .ack])
        #expect(header?.byteCount == 40)
        let octets = sample.octets
        #expect(header?.sequence == octets[38..<42].reduce(0) { $0 << 8 | UInt32($1) })
        #expect(header?.acknowledgment == octets[42..<46].reduce(0) { $0 << 8 | UInt32($1) })
        #expect(header?.window == octets[48..<50].reduce(0) { $0 << 8 | UInt16($1) })
        #expect(header?.checksum == octets[50..<52].reduce(0) { $0 << 8 | UInt16($1) })
    }

    @Test("a header is accepted only if its options are there whole")
    func checksDataOffset() {
        for words in 0...15 {
            for count in 0...64 {
                var octets = Build.tcp(.ack) + Build.data(44)
                octets[12] = UInt8(words) << 4
                let isAccepted = TCPHeader(octets.span.bytes.extracting(first: count)) != nil
                #expect(
                    isAccepted == (words >= 5 && count >= words * 4),
                    "\(words) words, \(count) bytes")
            }
        }
    }

    @Test("other frames have no TCP header")
    func refusesOthers() {
        let udp = SampleFrame.of4("", 17, Build.udp(30)).octets
        let isTCP = parse(udp).tcp(in: udp.span.bytes) != nil
        #expect(!isTCP)
    }

    @Test("a header is described in one line")
    func describes() {
        let text = TCPHeader(Build.tcp(.syn).span.bytes)?.description
        #expect(text == "40000 > 80 S seq 16909060 ack 84281096 win 64240")
    }
}
