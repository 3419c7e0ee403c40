import Telemetry
import Testing

@Suite("PortCounterCells")
struct PortCounterCellsTests {
    @Test("the handle is one pointer, so that a port table row stays small")
    func handleIsOnePointer() {
        #expect(MemoryLayout<PortCounterCells>.size == 8)
    }

    @Test("copies of a handle count into the same block")
    func copiesShareTheBlock() {
        let counters = PortCounters()
        let copies = [counters.cells, counters.cells]
        for cells in copies { cells.countTransmitted(byteCount: 10) }
        #expect(counters.snapshot().transmittedFrames == 2)
        #expect(counters.snapshot().transmittedBytes == 20)
    }

    @Test("a hostile amount wraps and does not trap")
    func amountsWrap() {
        let counters = PortCounters()
        counters.cells.countReceived(byteCount: -1)
        #expect(counters.snapshot().receivedBytes == .max)
        counters.cells.countReceived(byteCount: 3)
        #expect(counters.snapshot().receivedBytes == 2)
    }
}
