import Packet
import Ports
import Testing

struct VirtioNetHeaderHeaderTests {
    private static func header(
        _ flags: UInt8, start: UInt16, headerByteCount: UInt16 = 54
    ) -> VirtioNetHeader {
        var header = VirtioNetHeader()
        header.flags = flags
        header.gsoType = VirtioNetHeader.gsoTCPv4
        header.gsoSize = 1_400
        header.checksumStart = start
        header.checksumOffset = 16
        header.headerByteCount = headerByteCount
        return header
    }

    @Test(
        "a checksum that can be placed is moved, any other is refused",
        arguments: [
            (start: 0 as UInt16, added: 14 as UInt16?, removed: nil as UInt16?), (13, 27, nil),
            (14, 28, 0),
            (20, 34, 6), (65_521, 65_535, 65_507), (65_522, nil, 65_508), (65_535, nil, 65_521),
        ])
    func movesChecksums(start: UInt16, added: UInt16?, removed: UInt16?) {
        for flags in [VirtioNetHeader.needsChecksum, 3] {
            let header = Self.header(flags, start: start)
            #expect(header.addingHeader(byteCount: 14)?.checksumStart == added)
            #expect(header.removingHeader(byteCount: 14)?.checksumStart == removed)
            #expect(header.addingHeader(byteCount: 14)?.checksumOffset == (added == nil ? nil : 16))
        }
    }

    @Test("without a partial checksum its place is forgotten, whatever it was")
    func forgetsMeaninglessPlaces() {
        for flags in [0, VirtioNetHeader.dataValid, 0xfe] {
            let header = Self.header(flags, start: 65_535)
            for moved in [header.addingHeader(byteCount: 14), header.removingHeader(byteCount: 14)]
            {
                #expect(moved?.checksumStart == 0 && moved?.checksumOffset == 0)
                #expect(moved?.flags == flags && moved?.gsoSize == 1_400)
                #expect(moved?.gsoType == VirtioNetHeader.gsoTCPv4)
            }
        }
    }

    @Test(
        "the hint of the headers' size is moved as far as it goes",
        arguments: [
            (hint: 0 as UInt16, added: 0 as UInt16, removed: 0 as UInt16), (5, 19, 0), (14, 28, 0),
            (54, 68, 40),
            (65_530, 65_535, 65_516),
        ])
    func movesHints(hint: UInt16, added: UInt16, removed: UInt16) {
        let header = Self.header(0, start: 0, headerByteCount: hint)
        #expect(header.addingHeader(byteCount: 14)?.headerByteCount == added)
        #expect(header.removingHeader(byteCount: 14)?.headerByteCount == removed)
    }
}
