import DataPath
import Packet
import PolicyEngine
import Telemetry
import Testing

/// What is kept of policies that were replaced.
@Suite struct LedgerListTests {
    @Test("a replaced policy's counts are final once the worker has left it, and told once")
    func handsOver() throws {
        let rig = try SwitchRig(SwitchRig.rules("- allow any -> any as one"))
        rig.send(FrameBuilder(1, 2).udp(9, 1), from: 1)
        try rig.apply(SwitchRig.rules("- allow any -> any as two"))
        // The worker has not looked yet: it may still count at the old one.
        let before = rig.ledgers.take(seen: rig.link.snapshot.seenSequence)
        #expect(before.map(\.isFinal) == [false, false])
        #expect(before.map(\.generation) == [1, 2])
        rig.send(FrameBuilder(1, 2).udp(9, 2), from: 1)
        let after = rig.ledgers.take(seen: rig.link.snapshot.seenSequence)
        #expect(after.map(\.isFinal) == [true, false])
        #expect(after.map { $0.hits.values.map(\.count) } == [[1], [1]])
        #expect(rig.ledgers.count == 1)
        #expect(rig.ledgers.take(seen: rig.link.snapshot.seenSequence).map(\.generation) == [2])
    }

    @Test("the same policy published again goes on counting, from its first generation")
    func keepsCounting() throws {
        let rig = try SwitchRig(SwitchRig.rules("- allow any -> any as one"))
        for port in [1, 2, 3] as [UInt16] {
            rig.send(FrameBuilder(1, 2).udp(9, port), from: 1)
            rig.configuration.generation += 1
            rig.publish()
        }
        let hits = rig.ledgers.take(seen: rig.link.snapshot.seenSequence)
        #expect(hits.map(\.generation) == [1])
        #expect(rig.hits == ["test/one": 3])
    }
}
