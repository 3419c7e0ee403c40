import Capture
import Packet
import Testing

@Suite("PcapNGWriter")
struct PcapNGWriterTests {
    private static let origin = PcapNGWriter.Origin(
        hardware: "x86", operatingSystem: "Linux", application: "vswitch")

    /// A writer whose section header was taken already.
    private func writer() -> PcapNGWriter {
        var writer = PcapNGWriter(Self.origin)
        _ = writer.takeBytes()
        return writer
    }

    /// Adds `example`, sent at `timestamp`, to `writer`.
    private func add(
        _ example: FrameExample, at timestamp: UInt64, comment: String? = nil,
        to writer: inout PcapNGWriter
    ) {
        var note = CaptureExample.note()
        note.timestamp = timestamp
        example.withFrame { frame in
            let record = CaptureRecord(frame, at: PortNumber(rawValue: 7), note)
            writer.addFrame(CapturedFrame(record, frame.bytes), interface: 0, comment: comment)
        }
    }

    @Test("the section header is as draft-ietf-opsawg-pcapng §4.1 has it")
    func sectionHeader() {
        var writer = PcapNGWriter(Self.origin)
        #expect(
            writer.takeBytes() == [
                0x0a, 0x0d, 0x0d, 0x0a, 64, 0, 0, 0,  // type, total length
                0x4d, 0x3c, 0x2b, 0x1a, 1, 0, 0, 0,  // byte-order magic, version 1.0
                255, 255, 255, 255, 255, 255, 255, 255,  // section length: not known
                2, 0, 3, 0, 0x78, 0x38, 0x36, 0,  // shb_hardware "x86"
                3, 0, 5, 0, 0x4c, 0x69, 0x6e, 0x75, 0x78, 0, 0, 0,  // shb_os "Linux"
                4, 0, 7, 0, 0x76, 0x73, 0x77, 0x69, 0x74, 0x63, 0x68, 0,  // shb_userappl
                0, 0, 0, 0, 64, 0, 0, 0,  // opt_endofopt, total length
            ])
        #expect(writer.isEmpty && writer.byteCount == 0)
    }

    @Test("an interface description is as §4.2 has it")
    func interfaceDescription() {
        var writer = writer()
        let number = writer.addInterface(
            PcapNGInterface(name: "tap0", description: "web1", filter: "tcp", snapByteCount: 96))
        #expect(number == 0)
        #expect(
            writer.takeBytes() == [
                1, 0, 0, 0, 56, 0, 0, 0,  // type, total length
                1, 0, 0, 0, 96, 0, 0, 0,  // LINKTYPE_ETHERNET, reserved, snap length
                2, 0, 4, 0, 0x74, 0x61, 0x70, 0x30,  // if_name "tap0"
                3, 0, 4, 0, 0x77, 0x65, 0x62, 0x31,  // if_description "web1"
                9, 0, 1, 0, 9, 0, 0, 0,  // if_tsresol 10^-9
                11, 0, 4, 0, 0, 0x74, 0x63, 0x70,  // if_filter, kind 0: "tcp"
                0, 0, 0, 0, 56, 0, 0, 0,  // opt_endofopt, total length
            ])
    }

    @Test("an interface without filter or description has neither option; numbers count up")
    func bareInterface() {
        var writer = writer()
        #expect(writer.addInterface(PcapNGInterface(name: "a")) == 0)
        #expect(writer.takeBytes().count == 16 + 8 + 8 + 4 + 4)
        #expect(writer.addInterface(PcapNGInterface(name: "b")) == 1)
    }

    @Test("an enhanced packet is as §4.3 has it")
    func enhancedPacket() {
        var writer = writer()
        _ = writer.addInterface(PcapNGInterface(name: "a", snapByteCount: 6))
        _ = writer.takeBytes()
        let example = FrameExample(octets: [1, 2, 3, 4, 5, 6, 7])
        add(example, at: 0x0102_0304_0506_0708, comment: "hi", to: &writer)
        #expect(
            writer.takeBytes() == [
                6, 0, 0, 0, 60, 0, 0, 0, 0, 0, 0, 0,  // type, total length, interface
                4, 3, 2, 1, 8, 7, 6, 5,  // time stamp, high and low
                6, 0, 0, 0, 7, 0, 0, 0,  // captured and original length
                1, 2, 3, 4, 5, 6, 0, 0,  // the frame up to the snap length, padded
                1, 0, 2, 0, 0x68, 0x69, 0, 0,  // opt_comment "hi"
                2, 0, 4, 0, 1, 0, 0, 0,  // epb_flags: inbound
                0, 0, 0, 0, 60, 0, 0, 0,  // opt_endofopt, total length
            ])
    }

    @Test("interface statistics are as §4.6 has them")
    func interfaceStatistics() {
        var writer = writer()
        writer.addStatistics(
            CaptureCounts(seen: 3, matched: 2, lost: 1), interface: 0, at: 0x1_0000_0002)
        #expect(
            writer.takeBytes() == [
                5, 0, 0, 0, 64, 0, 0, 0, 0, 0, 0, 0,  // type, total length, interface
                1, 0, 0, 0, 2, 0, 0, 0,  // time stamp, high and low
                4, 0, 8, 0, 3, 0, 0, 0, 0, 0, 0, 0,  // isb_ifrecv
                5, 0, 8, 0, 1, 0, 0, 0, 0, 0, 0, 0,  // isb_ifdrop
                6, 0, 8, 0, 2, 0, 0, 0, 0, 0, 0, 0,  // isb_filteraccept
                0, 0, 0, 0, 64, 0, 0, 0,  // opt_endofopt, total length
            ])
    }

    @Test("a checksum is completed over the whole frame, at every snap length that still shows it")
    func completesBeforeCutting() throws {
        let example = FrameExample.partial(.tcp, payload: Array(repeating: 0xa5, count: 33))
        let checksum = try #require(example.wireChecksum)
        for snapByteCount in 0...example.octets.count {
            var writer = writer()
            _ = writer.addInterface(PcapNGInterface(name: "a", snapByteCount: snapByteCount))
            _ = writer.takeBytes()
            add(example, at: 0, to: &writer)
            var expected = example.octets
            FrameExample.store(checksum.value, in: &expected, at: checksum.offset)
            let written = writer.takeBytes()[28...].prefix(snapByteCount)
            // A field that is cut in two is left as it was: no reader can check it.
            let isCut = snapByteCount == checksum.offset + 1
            let shown = isCut ? example.octets : expected
            #expect(Array(written) == Array(shown.prefix(snapByteCount)), "\(snapByteCount)")
        }
    }

    @Test("this machine is described by uname")
    func hostOrigin() {
        let host = PcapNGWriter.Origin.host
        #expect(host.operatingSystem.hasPrefix("Linux ") && host.application == "vswitch")
        #expect(!host.hardware.isEmpty && !host.hardware.contains("\0"))
    }
}
