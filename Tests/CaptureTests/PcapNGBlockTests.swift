import Capture
import Testing

@Suite("PcapNGBlock")
struct PcapNGBlockTests {
    @Test("a block is type, length, body, options, length: all little-endian and padded")
    func layout() {
        var block = PcapNGBlock(.interfaceStatistics)
        block.append(0x1122_3344 as UInt32)
        block.appendOption(1, text: "abcde")
        #expect(
            block.finished() == [
                5, 0, 0, 0, 32, 0, 0, 0,  // type, total length
                0x44, 0x33, 0x22, 0x11,  // body
                1, 0, 5, 0, 97, 98, 99, 100, 101, 0, 0, 0,  // opt_comment, padded to 32 bits
                0, 0, 0, 0,  // opt_endofopt
                32, 0, 0, 0,  // total length again
            ])
    }

    @Test("a block without options has no end of options either")
    func noOptions() {
        var block = PcapNGBlock(.enhancedPacket)
        block.appendOption(1, text: "")
        #expect(block.finished() == [6, 0, 0, 0, 12, 0, 0, 0, 12, 0, 0, 0])
    }

    @Test("data of any length are padded to 32 bits", arguments: 0...9)
    func padsData(count: Int) {
        let data = [UInt8](repeating: 7, count: 9)
        var block = PcapNGBlock(.enhancedPacket)
        let start = block.append(data.span.bytes, count: count)
        let bytes = block.finished()
        #expect(start == 8 && bytes.count == 12 + (count + 3) / 4 * 4)
        #expect(bytes[8..<(8 + count)].allSatisfy { $0 == 7 })
        #expect(bytes[(8 + count)..<(bytes.count - 4)].allSatisfy { $0 == 0 })
    }

    @Test("a time stamp is its high half, then its low half, each little-endian")
    func timestampHalves() {
        var block = PcapNGBlock(.interfaceStatistics)
        block.appendOption(3, timestamp: 0x0102_0304_0506_0708)
        #expect(block.bytes[8...] == [3, 0, 8, 0, 4, 3, 2, 1, 8, 7, 6, 5])
    }

    @Test("a count is 64 bits, little-endian")
    func countIsLittleEndian() {
        var block = PcapNGBlock(.interfaceStatistics)
        block.appendOption(5, count: 0x0102_0304_0506_0708)
        #expect(block.bytes[8...] == [5, 0, 8, 0, 8, 7, 6, 5, 4, 3, 2, 1])
    }

    @Test("an over-long text is cut between characters, to what an option can hold")
    func cutsLongText() {
        for prefix in ["", "a"] {
            var block = PcapNGBlock(.enhancedPacket)
            block.appendOption(1, text: prefix + String(repeating: "é", count: 40_000))
            let bytes = block.finished()
            let length = Int(bytes[10]) | Int(bytes[11]) << 8
            #expect(length <= PcapNGBlock.optionByteCountMax && length > 65_528)
            #expect(String(validating: bytes[12..<(12 + length)], as: UTF8.self) != nil)
            #expect(bytes.count % 4 == 0)
        }
    }
}
