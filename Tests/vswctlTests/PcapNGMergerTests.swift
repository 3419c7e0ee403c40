import Testing
import vswctl

@Suite("PcapNGMerger")
struct PcapNGMergerTests {
    @Test("streams become one: one section, each interface once, packets at theirs")
    func merges() throws {
        let sample = PcapNGSample()
        let first = try PcapNGSample.blocks(
            sample.section + sample.interface("web1") + sample.packet(0, 1, [1]))
        let second = try PcapNGSample.blocks(
            sample.section + sample.interface("db1") + sample.packet(0, 2, [2])
                + sample.statistics(0))
        var merger = PcapNGMerger()
        let order: [(PcapNGBlock, Int)] = [
            (second[0], 1), (first[0], 0), (first[1], 0), (second[1], 1), (second[2], 1),
            (first[2], 0), (second[3], 1),
        ]
        let merged = order.compactMap { merger.merge($0.0, from: $0.1) }
        let kinds: [PcapNGBlock.Kind] = [
            .sectionHeader, .interfaceDescription, .interfaceDescription, .enhancedPacket,
            .enhancedPacket, .interfaceStatistics,
        ]
        #expect(merged.map(\.kind) == kinds)
        #expect(merged.dropFirst(3).map(\.interface) == [1, 0, 1])
        var decoder = PacketDecoder()
        #expect(merged.compactMap { decoder.decode($0) }.map(\.device) == ["db1", "web1"])
    }

    @Test("the number is written in the section's byte order")
    func bigEndian() throws {
        let sample = PcapNGSample(isBigEndian: true)
        let blocks = try PcapNGSample.blocks(
            sample.section + sample.interface("a") + sample.packet(0, 1, [1]))
        var merger = PcapNGMerger()
        for block in blocks.prefix(2) { _ = merger.merge(block, from: 0) }
        _ = merger.merge(blocks[1], from: 1)
        #expect(merger.merge(blocks[2], from: 1)?.interface == 1)
    }

    @Test("a packet of an interface that was never described is left out")
    func unknownInterface() throws {
        let sample = PcapNGSample()
        let blocks = try PcapNGSample.blocks(sample.section + sample.packet(3, 1, [1]))
        var merger = PcapNGMerger()
        #expect(blocks.compactMap { merger.merge($0, from: 0) }.count == 1)
    }

    @Test("blocks of other types pass as they are")
    func otherBlocks() throws {
        let sample = PcapNGSample()
        let blocks = try PcapNGSample.blocks(sample.section + sample.block(4, [1, 2, 3, 4]))
        var merger = PcapNGMerger()
        #expect(merger.merge(blocks[1], from: 5) == blocks[1])
    }
}
