import Testing
import vswctl

@Suite("PcapNGReader")
struct PcapNGReaderTests {
    static func stream(_ sample: PcapNGSample) -> [UInt8] {
        sample.section + sample.interface("web1") + sample.packet(0, 7, [1, 2, 3])
            + sample.block(0x0000_0BAD, [9]) + sample.statistics(0)
    }

    @Test("a stream is cut into the same blocks, however it arrives", arguments: [false, true])
    func cuts(isBigEndian: Bool) throws {
        let stream = Self.stream(PcapNGSample(isBigEndian: isBigEndian))
        let whole = try PcapNGSample.blocks(stream)
        let kinds: [PcapNGBlock.Kind?] = [
            .sectionHeader, .interfaceDescription, .enhancedPacket, nil, .interfaceStatistics,
        ]
        #expect(whole.map(\.kind) == kinds)
        #expect(whole.flatMap(\.bytes) == stream)
        for size in [1, 5, 11, 12, 13, 64] {
            var reader = PcapNGReader()
            var blocks: [PcapNGBlock] = []
            for start in stride(from: 0, to: stream.count, by: size) {
                reader.append(Array(stream[start..<min(start + size, stream.count)]))
                while let block = try reader.next() { blocks.append(block) }
            }
            #expect(blocks == whole, "in pieces of \(size)")
        }
    }

    @Test("what does not begin with a section is refused")
    func needsSection() {
        let sample = PcapNGSample()
        #expect(throws: PcapNGError.notPcapNG) { try PcapNGSample.blocks(sample.interface("a")) }
        #expect(throws: PcapNGError.notPcapNG) {
            try PcapNGSample.blocks(Array("HTTP/1.1 200 OK\r\n\r\n".utf8))
        }
    }

    @Test("a length that cannot be is refused", arguments: [0, 8, 11, 13, 1 << 20 + 4, .max])
    func refusesLengths(length: UInt32) {
        let sample = PcapNGSample()
        let block = sample.number(UInt32(6)) + sample.number(length) + sample.number(UInt32(0))
        #expect(throws: PcapNGError.blockLength(Int(length))) {
            try PcapNGSample.blocks(sample.section + block)
        }
    }

    @Test("two lengths that differ are refused")
    func refusesDifferentLengths() {
        var stream = PcapNGSample().section
        stream[stream.count - 4] ^= 4
        #expect(throws: PcapNGError.blockLength(28)) { try PcapNGSample.blocks(stream) }
    }

    @Test("a stream that is cut anywhere gives whole blocks only, without an error")
    func cutAnywhere() throws {
        let stream = Self.stream(PcapNGSample())
        for count in 0...stream.count {
            let blocks = try PcapNGSample.blocks(Array(stream.prefix(count)))
            #expect(blocks.flatMap(\.bytes) == Array(stream.prefix(blocks.flatMap(\.bytes).count)))
        }
    }

    @Test("a stream with a flipped bit is read or refused, never a trap")
    func flippedBits() {
        let stream = Self.stream(PcapNGSample())
        for bit in 0..<stream.count * 8 {
            var damaged = stream
            damaged[bit / 8] ^= 1 << (bit % 8)
            var decoder = PacketDecoder()
            var merger = PcapNGMerger()
            for block in (try? PcapNGSample.blocks(damaged)) ?? [] {
                _ = decoder.decode(block)
                _ = merger.merge(block, from: 0)
            }
        }
    }
}
