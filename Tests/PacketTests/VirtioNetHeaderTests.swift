import Packet
import Testing

@Suite struct VirtioNetHeaderTests {
    @Test("the header lies in memory as TUN and packet sockets have it")
    func hasLayout() {
        #expect(MemoryLayout<VirtioNetHeader>.size == VirtioNetHeader.byteCount)
        var header = VirtioNetHeader()
        header.flags = 1
        header.gsoType = 0x81
        header.headerByteCount = 66
        header.gsoSize = 1_448
        header.checksumStart = 34
        header.checksumOffset = 16
        let bytes = withUnsafeBytes(of: header) { [UInt8]($0) }
        #expect(bytes == [1, 0x81, 66, 0, 0xa8, 5, 34, 0, 16, 0])  // little-endian machines
        #expect(header.isChecksumPartial && header.isSuperFrame)
    }

    @Test("a fresh header asks for nothing")
    func isFinished() {
        #expect(withUnsafeBytes(of: VirtioNetHeader()) { $0.allSatisfy { $0 == 0 } })
        #expect(!VirtioNetHeader().isChecksumPartial && !VirtioNetHeader().isSuperFrame)
    }

    @Test("a frame's header lies directly before it")
    func liesBeforeFrame() {
        let slot = Slot([1, 2, 3, 4], .tcp(start: 34))
        #expect(slot.frame.virtio == .tcp(start: 34))
        #expect((slot.frame.base - 10).load(as: UInt8.self) == VirtioNetHeader.needsChecksum)
        #expect(slot.frame.octets == [1, 2, 3, 4])
        slot.frame.virtio = VirtioNetHeader()
        #expect(slot.frame.octets == [1, 2, 3, 4] && slot.isIntact)
    }

    @Test("a frame's bytes can be read and written in place")
    func givesBytes() {
        let slot = Slot([1, 2, 3, 4])
        var bytes = slot.frame.mutableBytes
        bytes.store(0xaabb as UInt16, at: 1)
        let second: UInt16 = slot.frame.bytes.bigEndian(at: 1)
        #expect(second == 0xaabb)
        #expect(slot.frame.bytes.byteCount == 4)
    }
}
