import Packet
import Testing

@Suite struct RawSpanBigEndianTests {
    private let octets: [UInt8] = (1...24).map { UInt8($0) }

    @Test("numbers and addresses are read in network byte order")
    func reads() {
        let bytes = octets.span.bytes
        #expect(bytes.bigEndian(at: 1, as: UInt16.self) == 0x0203)
        #expect(bytes.bigEndian(at: 3, as: UInt32.self) == 0x0405_0607)
        #expect(bytes.bigEndian(at: 16, as: UInt64.self) == 0x1112_1314_1516_1718)
        #expect(bytes.macAddress(at: 2).description == "03:04:05:06:07:08")
        #expect(bytes.ipv4Address(at: 0).description == "1.2.3.4")
        #expect(bytes.ipv6Address(at: 0).description == "102:304:506:708:90a:b0c:d0e:f10")
    }

    @Test(
        "a slice is cut to what is there, and never traps",
        arguments: [
            (2, 5, 3), (0, 24, 24), (20, 99, 4), (99, 120, 0), (5, 5, 0), (9, 3, 0), (-4, 2, 2),
            (0, -1, 0), (Int.max, Int.max, 0), (Int.min, Int.min, 0), (Int.min, Int.max, 24),
        ])
    func slices(_ offset: Int, _ end: Int, _ count: Int) {
        #expect(octets.span.bytes.slice(offset, end).byteCount == count)
    }

    @Test("what is written can be read again")
    func writes() {
        let slot = Slot([UInt8](repeating: 0, count: 40))
        var bytes = slot.frame.mutableBytes
        bytes.store(MACAddress(rawValue: 0x0102_0304_0506), at: 1)
        bytes.store(IPAddress(IPv4Address(rawValue: 0x0a0b_0c0d)), at: 7)
        bytes.store(IPAddress(high: 0x1112_1314_1516_1718, low: 0x191a_1b1c_1d1e_1f20), at: 11)
        bytes.store(octets.span.bytes.extracting(first: 3), at: 30)
        let expected = [0] + (1...6) + [10, 11, 12, 13] + (17...32) + [0, 0, 0] + [1, 2, 3]
        #expect(slot.frame.octets.prefix(33) == (expected.map { UInt8($0) }).prefix(33))
        #expect(slot.isIntact)
    }
}
