import Packet
import Ports
import Testing

struct FrameArenaTests {
    @Test(
        "every slot has headroom before its frame, and room for the largest frame and one byte more"
    )
    func slotsHaveRoom() {
        let arena = FrameArena()
        let first = arena.frame(at: 0).base - Frame.headroomByteCount - VirtioNetHeader.byteCount
        for index in 0..<FrameArena.slotCount {
            let slot = first + index * FrameArena.strideByteCount
            let frame = arena.frame(at: index)
            #expect(frame.base - slot == Frame.headroomByteCount + VirtioNetHeader.byteCount)
            #expect(frame.byteCount == Frame.byteCountMax)
            let end = frame.base - VirtioNetHeader.byteCount + FrameArena.receiveByteCount
            #expect(end <= slot + FrameArena.strideByteCount)
        }
    }

    @Test("slots do not overlap: each keeps what was written over all of it")
    func slotsAreApart() {
        let arena = FrameArena()
        for index in 0..<FrameArena.slotCount {
            let start = arena.frame(at: index).base - VirtioNetHeader.byteCount
            start.initializeMemory(
                as: UInt8.self, repeating: UInt8(index + 1), count: FrameArena.receiveByteCount)
        }
        for index in 0..<FrameArena.slotCount {
            let start = arena.frame(at: index).base - VirtioNetHeader.byteCount
            let bytes = UnsafeRawBufferPointer(start: start, count: FrameArena.receiveByteCount)
            #expect(bytes.allSatisfy { $0 == UInt8(index + 1) })
        }
    }

    @Test("the headers of a batch lie in 64 different sets of a cache of 64 sets of 64 bytes")
    func headersAreStaggered() {
        let arena = FrameArena()
        let sets = (0..<FrameArena.slotCount).map {
            Int(bitPattern: arena.frame(at: $0).base) >> 6 & 63
        }
        #expect(Set(sets).count == 64)
    }

    @Test("the IP header of every slot is aligned to 8 bytes")
    func ipHeadersAreAligned() {
        let arena = FrameArena()
        for index in 0..<FrameArena.slotCount {
            #expect(Int(bitPattern: arena.frame(at: index).base + 14) % 8 == 0)
        }
    }
}
