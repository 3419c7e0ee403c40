import DataPath
import Packet
import PolicyEngine
import Ports
import Testing

@Suite struct SnapshotTests {
    private func snapshot(_ sequence: UInt64) -> Snapshot {
        let configuration = SwitchConfiguration(
            generation: 1, networks: [], ports: [], policy: .empty)
        return Snapshot(configuration, captures: [], sequence: sequence)
    }

    @Test("a replaced snapshot lives until the worker has ended a turn under a newer one")
    func reclaims() throws {
        let rig = try SwitchRig(stations: [1])
        weak var first: Snapshot?
        do {
            let snapshot = snapshot(100)
            first = snapshot
            rig.link.snapshot.publish(snapshot)
        }
        rig.breathe()
        rig.link.snapshot.publish(snapshot(101))
        #expect(first != nil)
        rig.link.snapshot.publish(snapshot(102))
        #expect(first != nil, "no turn has passed under 101")
        rig.breathe()
        rig.link.snapshot.releaseUnseen()
        #expect(first == nil)
    }

    @Test("a port whose network the configuration lacks passes nothing")
    func refusesUnknownNetwork() throws {
        let rig = try SwitchRig()
        rig.configuration.ports[0].network = 9
        rig.publish()
        #expect(!rig.passes(FrameBuilder(1, 2).udp(1, 2), from: 1, to: 2))
        #expect(rig.drops(1) == [.portClosed: 1])
    }
}
