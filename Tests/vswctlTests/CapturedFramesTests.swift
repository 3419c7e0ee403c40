import ControlAPI
import Testing
import vswctl

@Suite("CapturedFrames")
struct CapturedFramesTests {
    private func items(_ bytes: [UInt8]) throws -> [CapturedFrames.Item] {
        var frames = CapturedFrames(of: "a.pcapng")
        let items = try frames.take(bytes)
        try frames.finish()
        return items
    }

    @Test("the first bytes of each frame are taken, with its interface", arguments: [false, true])
    func takes(isBigEndian: Bool) throws {
        let sample = PcapNGSample(isBigEndian: isBigEndian)
        let long = (0..<300).map { UInt8($0 & 0xff) }
        let capture =
            sample.section + sample.interface("web1") + sample.interface("db1")
            + sample.packet(1, 7, [1, 2, 3], ("allow", 1)) + sample.packet(0, 8, long)
            + sample.statistics(0) + sample.section + sample.interface("x")
            + sample.packet(0, 9, [4])
        let items = try items(capture)
        #expect(items.map(\.interface) == ["db1", "web1", "x"])
        #expect(items.map(\.length) == [3, 300, 1])
        #expect(items.map(\.bytes) == [[1, 2, 3], Array(long.prefix(192)), [4]])
        var frames = CapturedFrames(of: "a.pcapng")
        let pieces = try stride(from: 0, to: capture.count, by: 7).flatMap { start in
            try frames.take(Array(capture[start..<min(start + 7, capture.count)]))
        }
        #expect(pieces == items)
        let request = ReplayRequest(files: [], items[...])
        #expect(request.interfaces == ["db1", "web1", "x"])
        #expect(request.frames.map(\.interface) == [0, 1, 2])
    }

    @Test("an interface that is not Ethernet is refused, and named")
    func refusesLinkTypes() {
        let sample = PcapNGSample()
        let cooked = sample.block(
            1,
            sample.number(UInt16(113)) + sample.number(UInt16(0))
                + sample.number(UInt32(0)) + sample.option(2, Array("any".utf8))
                + sample.option(0, []))
        let capture = sample.section + cooked + sample.packet(0, 1, [1])
        let text = failure(capture).map { "\($0)" } ?? ""
        #expect(text.contains("of a.pcapng is not Ethernet (link type 113)"), "\(text)")
        #expect(text.contains("any"), "\(text)")
    }

    @Test("a file that is no capture is refused with the command that writes one")
    func refusesOthers() {
        let text = failure([UInt8](repeating: 7, count: 64)).map { "\($0)" } ?? ""
        #expect(text.contains("vswctl capture DEVICE --write FILE"), "\(text)")
    }

    private func failure(_ bytes: [UInt8]) -> (any Error)? {
        do {
            _ = try items(bytes)
            return nil
        } catch {
            return error
        }
    }

    @Test("packets in blocks of an old kind are counted")
    func countsOldBlocks() throws {
        let sample = PcapNGSample()
        var frames = CapturedFrames(of: "a.pcapng")
        let capture =
            sample.section + sample.interface("a") + sample.block(3, [1, 0, 0, 0, 9, 0, 0, 0])
            + sample.block(2, [UInt8](repeating: 0, count: 24)) + sample.block(0xBAD, [1])
        #expect(try frames.take(capture).isEmpty)
        #expect(frames.skippedCount == 2)
    }

    @Test("a hostile file is read or refused in a sentence, never a trap")
    func survives() {
        let sample = PcapNGSample()
        let capture =
            sample.section + sample.interface("web1") + sample.packet(0, 7, [1, 2, 3], ("x", 1))
        for bit in 0..<capture.count * 8 {
            var damaged = capture
            damaged[bit / 8] ^= 1 << (bit % 8)
            _ = failure(damaged)
        }
        for count in capture.indices { _ = failure(Array(capture.prefix(count))) }
        #expect(failure(sample.section + sample.packet(0, 1, [1])) != nil, "no such interface")
        #expect(failure(sample.section + sample.block(6, [])) != nil, "an empty packet block")
        let huge =
            sample.section + sample.interface("a")
            + sample.block(6, [UInt8](repeating: 0xff, count: 20))
        #expect(failure(huge) != nil, "a length beyond the block")
    }
}
