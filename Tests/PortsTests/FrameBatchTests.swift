import Packet
import Ports
import Telemetry
import Testing

struct FrameBatchTests {
    private static let header = VirtioNetHeader.byteCount
    private static let max = Frame.byteCountMax

    @Test(
        "lengths are judged: shorter than the virtio-net header, empty, largest, one too long",
        arguments: [
            (received: 0, byteCount: 0, fault: DropReason.runt as DropReason?),
            (9, 0, .runt), (10, 0, nil), (70, 60, nil), (header + max, max, nil),
            (header + max + 1, max, .truncated), (Int.max, max, .truncated),
        ])
    func judgesLengths(received: Int, byteCount: Int, fault: DropReason?) {
        let arena = FrameArena()
        var batch = FrameBatch()
        batch.append(arena.frame(at: 0), received: received)
        #expect(batch.count == 1)
        #expect(batch.frame(at: 0).byteCount == byteCount)
        #expect(batch.fault(at: 0) == fault)
    }

    @Test("a fault that the port knows is kept")
    func keepsFaults() {
        let arena = FrameArena()
        var batch = FrameBatch()
        for (index, fault) in DropReason.allCases.prefix(FrameBatch.capacity).enumerated() {
            batch.append(arena.frame(at: index), received: 70, fault)
        }
        for (index, fault) in DropReason.allCases.prefix(FrameBatch.capacity).enumerated() {
            #expect(batch.fault(at: index) == fault)
            #expect(batch.frame(at: index).base == arena.frame(at: index).base)
        }
    }

    @Test("a full batch takes no more, an emptied one takes all again")
    func isBounded() {
        let arena = FrameArena()
        var batch = FrameBatch()
        for _ in 0...FrameBatch.capacity { batch.append(arena.frame(at: 0), received: 70) }
        #expect(batch.count == FrameBatch.capacity)
        batch.removeAll()
        #expect(batch.count == 0)
        #expect(batch.isDeviceGone == false)
        batch.append(arena.frame(at: 0), received: Self.header + 14)
        #expect(batch.count == 1)
    }
}
