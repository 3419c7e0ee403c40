import Testing
import vswctl

@Suite("CapturedPacket")
struct CapturedPacketTests {
    /// The packets of a stream with one interface of a time resolution.
    func packets(_ resolution: UInt8?, _ packet: (PcapNGSample) -> [UInt8]) throws
        -> [CapturedPacket]
    {
        let sample = PcapNGSample()
        var decoder = PacketDecoder()
        let stream =
            sample.section + sample.interface("web1", resolution: resolution) + packet(sample)
        return try PcapNGSample.blocks(stream).compactMap { decoder.decode($0) }
    }

    @Test("a packet is read with its time, device, direction, length and comment")
    func reads() throws {
        let packet = try packets(9) {
            $0.packet(0, 1_700_000_000_123_456_789, [1, 2, 3], ("deny by shop/#1", 1))
        }.first
        #expect(packet?.nanoseconds == 1_700_000_000_123_456_789)
        #expect(packet?.device == "web1" && packet?.direction == "in")
        #expect(packet?.length == 3 && packet?.comment == "deny by shop/#1")
    }

    @Test("a packet is read in a big-endian section too")
    func readsBigEndian() throws {
        let sample = PcapNGSample(isBigEndian: true)
        var decoder = PacketDecoder()
        let blocks = try PcapNGSample.blocks(
            sample.section + sample.interface("a") + sample.packet(0, 5 << 32 | 6, [1], ("c", 2)))
        let packet = blocks.compactMap { decoder.decode($0) }.first
        #expect(packet?.nanoseconds == 5 << 32 | 6)
        #expect(packet?.direction == "out")
    }

    @Test(
        "time is in the interface's resolution; microseconds when it does not say",
        arguments: [
            (nil, 3_000), (6, 3_000), (9, 3), (3, 3_000_000), (0, 3_000_000_000), (12, 0),
            (0x80, 3_000_000_000), (0x81, 1_500_000_000), (0xA0, 0), (0xFF, 0), (0x7F, 0),
        ] as [(UInt8?, UInt64)])
    func resolutions(resolution: UInt8?, nanoseconds: UInt64) throws {
        let packet = try packets(resolution) { $0.packet(0, 3, [1]) }.first
        #expect(packet?.nanoseconds == nanoseconds)
    }

    @Test("a packet without options has neither direction nor comment")
    func withoutOptions() throws {
        let packet = try packets(9) { $0.packet(0, 3, [1]) }.first
        #expect(packet?.direction == nil && packet?.comment == nil)
    }

    @Test("a line has the time of day to the nanosecond, and all the rest")
    func line() {
        var packet = CapturedPacket(1_700_000_000_000_000_042, device: "web1", length: 74)
        packet.direction = "in"
        packet.comment = "allow by shop/web"
        #expect(packet.line.hasSuffix(".000000042 web1 in  74 B  allow by shop/web\n"))
        #expect(packet.line.firstMatch(of: /^\d\d:\d\d:\d\d\./) != nil)
    }

    @Test("a comment cannot steer the terminal, and stays on its line")
    func controls() {
        var packet = CapturedPacket(0, device: "a", length: 1)
        packet.comment = "x\n\u{1B}[31m"
        #expect(packet.line.count { $0.isNewline } == 1)
        #expect(!packet.line.contains("\u{1B}"))
    }

    @Test("a packet of an unknown interface, and one that is cut short, are left out")
    func malformed() throws {
        #expect(try packets(9) { $0.packet(1, 3, [1]) }.isEmpty)
        #expect(try packets(9) { $0.block(6, [0, 0, 0, 0]) }.isEmpty)
    }

    @Test("a packet that claims more bytes than its block has is no trap")
    func overlong() throws {
        let packets = try packets(9) { sample in
            sample.block(
                6, Array(repeating: 0, count: 12) + sample.number(UInt32.max) + [1, 0, 0, 0])
        }
        #expect(packets.first?.length == 1)
    }
}
