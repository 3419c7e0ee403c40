import Packet
import Ports
import Telemetry
import Testing

struct MemoryWireTests {
    private let wire = MemoryWire(capacity: 100)
    private let port: Endpoint

    init() { port = Endpoint(.memory(MemoryPort(wire))) }

    @Test("frames pass in both directions with their virtio-net header, in order")
    func carriesFrames() {
        let frames = (0..<70).map { seed in
            var virtio = VirtioNetHeader()
            virtio.gsoSize = UInt16(seed)
            return MemoryFrame(TestFrame.plain(60 + seed, seed: UInt8(seed)), virtio)
        }
        for frame in frames { #expect(wire.send(frame)) }
        let received = port.receive(70)
        #expect(received.map { MemoryFrame($0.bytes, $0.virtio) } == frames)
        #expect(port.batchCounts.filter { $0 > 0 } == [64, 6])
        for frame in frames { #expect(port.send(frame.bytes, frame.virtio) == .sent) }
        #expect(wire.receive() == frames[0])
        #expect(wire.receiveAll() == Array(frames[1...]))
        #expect(wire.receive() == nil)
    }

    @Test("both queues are bounded")
    func isBounded() {
        for _ in 0..<100 {
            #expect(wire.send(MemoryFrame(TestFrame.plain())))
            #expect(port.send(TestFrame.plain()) == .sent)
        }
        #expect(!wire.send(MemoryFrame(TestFrame.plain())))
        #expect(port.send(TestFrame.plain()) == .wouldBlock)
        _ = wire.receive()
        #expect(port.send(TestFrame.plain()) == .sent)
    }

    @Test("faults meet as many frames as were asked for, then nothing")
    func injectsFaults() {
        wire.inject(.refused(1))
        wire.inject(.full(2))
        wire.inject(.lost(3))
        let results = (0..<7).map { _ in port.send(TestFrame.plain()) }
        #expect(
            results == [.refused, .wouldBlock, .wouldBlock, .sent, .sent, .sent, .sent])
        #expect(wire.receiveAll().count == 1)
        wire.inject(.truncated(1))
        for _ in 0..<2 { wire.send(MemoryFrame(TestFrame.plain())) }
        #expect(port.receive(2).map(\.fault) == [.truncated, nil])
    }

    @Test("frames that no slot holds and frames without a byte are taken as a device would")
    func takesOddLengths() {
        wire.send(MemoryFrame([UInt8](repeating: 7, count: 100_000)))
        wire.send(MemoryFrame([]))
        wire.send(MemoryFrame([UInt8](repeating: 7, count: Frame.byteCountMax)))
        let received = port.receive(3)
        #expect(received.map(\.fault) == [.truncated, nil, nil])
        #expect(received.map(\.bytes.count) == [Frame.byteCountMax, 0, Frame.byteCountMax])
    }

    @Test("a device that is gone says so once its last frames are read, and takes nothing more")
    func goes() {
        wire.send(MemoryFrame(TestFrame.plain()))
        wire.inject(.gone)
        #expect(port.receive(1).count == 1)
        #expect(port.isDeviceGone)
        #expect(port.send(TestFrame.plain()) == .refused)
        #expect(!wire.send(MemoryFrame(TestFrame.plain())))
    }

    @Test("whether super-frames are carried is as the wire was made", arguments: [true, false])
    func tellsOffloads(isCarried: Bool) {
        let port = PortDevice.memory(MemoryPort(MemoryWire(carriesSuperFrames: isCarried)))
        let isTold = port.carriesSuperFrames
        #expect(isTold == isCarried)
    }
}
