import DataPath
import FlowTable
import Packet
import Ports
import Telemetry
import Testing

@Suite struct WorkerTests {
    @Test("a frame that its port reports as truncated is dropped unread")
    func dropsTruncated() throws {
        let rig = try SwitchRig()
        rig.wires[1]?.inject(.truncated(1))
        #expect(!rig.passes(FrameBuilder(1, 2).udp(1, 2), from: 1, to: 2))
        #expect(rig.drops(1) == [.truncated: 1])
    }

    @Test("more frames than a batch holds all pass, over several turns")
    func servesLongQueues() throws {
        let rig = try SwitchRig()
        for port in 0..<300 { rig.wires[1]?.send(FrameBuilder(1, 2).udp(UInt16(port), 2)) }
        for _ in 0..<10 { rig.breathe() }
        #expect(rig.received(2).count == 300)
        #expect(rig.total.isBalanced)
    }

    @Test("a device that is gone is no longer served, and the others are")
    func survivesLostDevice() throws {
        let rig = try SwitchRig()
        rig.wires[3]?.inject(.gone)
        for _ in 0..<5 { rig.breathe() }
        #expect(rig.passes(FrameBuilder(1, 2).udp(1, 2), from: 1, to: 2))
        rig.send(FrameBuilder(1, 3).udp(1, 2), from: 1)
        #expect(rig.drops(1) == [.transmitFailed: 1])
        #expect(rig.total.isBalanced)
    }

    @Test("commands are obeyed in order, and a listing returns every live connection")
    func listsConnections() throws {
        let rig = try SwitchRig()
        for port in 0..<100 { rig.send(FrameBuilder(1, 2).udp(UInt16(port), 2), from: 1) }
        let before = rig.link.commandsDone.load(ordering: .acquiring)
        let records = UnsafeMutablePointer<ConnectionRecord>.allocate(capacity: 1_000)
        let request = UnsafeMutablePointer<ConnectionRequest>.allocate(capacity: 1)
        defer {
            records.deallocate()
            request.deallocate()
        }
        request.initialize(to: ConnectionRequest(records: records, capacity: 1_000))
        #expect(rig.link.commands.push(.listConnections(request)))
        for _ in 0..<2_000 { rig.breathe() }
        #expect(rig.link.commandsDone.load(ordering: .acquiring) == before + 1)
        #expect(request.pointee.count == 100)
        let tuples = Set((0..<request.pointee.count).map { records[$0].key.tuple })
        #expect(tuples.count == 100)
    }

    @Test("a listing that fills its buffer ends there")
    func boundsListings() throws {
        let rig = try SwitchRig()
        for port in 0..<100 { rig.send(FrameBuilder(1, 2).udp(UInt16(port), 2), from: 1) }
        let records = UnsafeMutablePointer<ConnectionRecord>.allocate(capacity: 10)
        let request = UnsafeMutablePointer<ConnectionRequest>.allocate(capacity: 1)
        defer {
            records.deallocate()
            request.deallocate()
        }
        request.initialize(to: ConnectionRequest(records: records, capacity: 10))
        #expect(rig.link.commands.push(.listConnections(request)))
        for _ in 0..<2_000 { rig.breathe() }
        #expect(request.pointee.count == 10)
    }
}
