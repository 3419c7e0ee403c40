import Packet
import Ports
import Testing

struct DatagramBatchTests {
    @Test("every buffer has its headroom and tailroom, and none reaches into another")
    func buffersAreApart() throws {
        for bufferByteCount in [2_048, 65_536] {
            let rig = try UnderlayRig()
            let sender = try UnderlayEnd("10.9.0.1", in: rig.left)
            let socket = UnderlaySocket(try UnderlayEnd.address("10.9.0.2"))
            var port = try UnderlayEnd.open(socket, in: rig.right)
            for index in 0..<8 {
                _ = sender.send([UInt8](repeating: UInt8(index), count: 1_000), to: port.address)
            }
            var batch = DatagramBatch(bufferByteCount: bufferByteCount)
            port.receive(&batch)
            #expect(batch.count == 8 && DatagramBatch.capacity == 8)
            for index in 0..<8 { Self.fillAround(batch.datagram(at: index), bufferByteCount) }
            for index in 0..<8 {
                let datagram = batch.datagram(at: index)
                let bytes = [UInt8](datagram.segment(at: 0))
                #expect(bytes == [UInt8](repeating: UInt8(index), count: 1_000))
                #expect(Int(bitPattern: datagram.base) % 64 == 0)
            }
        }
    }

    @Test("the first bytes of all buffers lie in different sets of a cache of 64 sets")
    func buffersAreStaggered() throws {
        let rig = try UnderlayRig()
        let sender = try UnderlayEnd("10.9.0.1", in: rig.left)
        let socket = UnderlaySocket(try UnderlayEnd.address("10.9.0.2"))
        var port = try UnderlayEnd.open(socket, in: rig.right)
        for index in 0..<8 { _ = sender.send([UInt8(index)], to: port.address) }
        var batch = DatagramBatch()
        port.receive(&batch)
        let bases = (0..<batch.count).map { Int(bitPattern: batch.datagram(at: $0).base) }
        #expect(Set(bases.map { $0 >> 6 & 63 }).count == 8)
    }

    /// Writes all that belongs to a buffer, but the datagram itself.
    private static func fillAround(_ datagram: Datagram, _ bufferByteCount: Int) {
        let start = datagram.base - DatagramBatch.headroomByteCount
        start.initializeMemory(
            as: UInt8.self, repeating: 0xee, count: DatagramBatch.headroomByteCount)
        let end = bufferByteCount + DatagramBatch.tailroomByteCount
        (datagram.base + datagram.byteCount).initializeMemory(
            as: UInt8.self, repeating: 0xee, count: end - datagram.byteCount)
    }
}
