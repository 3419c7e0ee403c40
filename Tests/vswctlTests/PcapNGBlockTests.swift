import Testing
import vswctl

@Suite("PcapNGBlock")
struct PcapNGBlockTests {
    func block(_ body: [UInt8]) throws -> PcapNGBlock {
        let sample = PcapNGSample()
        return try PcapNGSample.blocks(sample.section + sample.block(1, body))[1]
    }

    @Test("numbers follow the byte order of the section", arguments: [false, true])
    func byteOrder(isBigEndian: Bool) throws {
        let sample = PcapNGSample(isBigEndian: isBigEndian)
        let blocks = try PcapNGSample.blocks(
            sample.section + sample.block(6, sample.number(0x0102_0304 as UInt32)))
        #expect(blocks[1].interface == 0x0102_0304)
        #expect(blocks[1].isBigEndian == isBigEndian)
    }

    @Test("a number beyond the block is nil", arguments: [-1, 17, 20, Int.max - 8])
    func beyondTheEnd(offset: Int) throws {
        #expect(try block([1, 2, 3, 4, 5, 6, 7, 8]).word(at: offset) == nil)
    }

    @Test("the first option of a code is found, whatever stands before it")
    func findsOptions() throws {
        let sample = PcapNGSample()
        let options =
            sample.option(5, [1, 2, 3, 4, 5]) + sample.option(1, [7]) + sample.option(1, [8])
            + sample.option(0, [])
        let block = try block(options)
        #expect(block.option(1, from: 8).map(Array.init) == [7])
        #expect(block.option(5, from: 8).map(Array.init) == [1, 2, 3, 4, 5])
        #expect(block.option(9, from: 8) == nil)
    }

    @Test("what stands behind the end of the options is not one of them")
    func endsAtTheEnd() throws {
        let sample = PcapNGSample()
        let block = try block(sample.option(0, []) + sample.option(1, [7]))
        #expect(block.option(1, from: 8) == nil)
    }

    @Test("an option that claims more than the block has is not found, and is no trap")
    func overlongOptions() throws {
        let sample = PcapNGSample()
        let block = try block(sample.number(UInt16(1)) + sample.number(UInt16.max) + [1, 2, 3, 4])
        #expect(block.option(1, from: 8) == nil)
        #expect(block.option(2, from: 8) == nil)
        #expect(block.option(1, from: 9_999) == nil)
    }
}
