import DataPath
import Packet
import PolicyEngine
import Testing

/// What is noted of each rule, seen through a worker: how often it decided, and how it is told.
@Suite struct RuleCellsTests {
    @Test("a connection counts once at its rule, however many frames it has")
    func countsOpenings() throws {
        let rig = try SwitchRig(
            SwitchRig.rules("- allow any -> any on udp/53 as dns", "- allow any -> any on tcp"))
        for _ in 0..<5 { #expect(rig.passes(FrameBuilder(1, 2).udp(9, 53), from: 1, to: 2)) }
        #expect(rig.passes(FrameBuilder(2, 1).udp(53, 9), from: 2, to: 1))
        #expect(rig.hits == ["test/dns": 1])
        #expect(rig.passes(FrameBuilder(1, 2).udp(10, 53), from: 1, to: 2))
        #expect(rig.hits == ["test/dns": 2])
    }

    @Test("each refused frame counts, also those that no rule matched")
    func countsRefusals() throws {
        let rig = try SwitchRig(
            SwitchRig.rules(
                "- deny any -> any on udp/1 as no", "- reject any -> any on udp/2 as never"))
        for port in [1, 2, 1, 3, 3, 3] as [UInt16] {
            rig.send(FrameBuilder(1, 2).udp(9, port), from: 1)
        }
        #expect(rig.hits == ["test/no": 2, "test/never": 1, "test/default": 3])
        try rig.apply("policy: test\nfor: vm vm9\n")
        rig.send(FrameBuilder(1, 2).udp(9, 1), from: 1)
        #expect(rig.hits == ["default": 1])
    }

    @Test("where the ends have different rules, each counts once, whatever the other says")
    func countsBothEnds() throws {
        let rig = try SwitchRig(nil)
        try rig.apply(
            SwitchRig.rules(at: 1, "- allow any -> any on udp as out", "- deny any -> any as no"),
            SwitchRig.rules(at: 2, "- allow any -> any as into"))
        rig.send(FrameBuilder(1, 2).udp(9, 1), from: 1)
        rig.send(FrameBuilder(1, 2).tcp(9, 1, .syn), from: 1)
        #expect(rig.hits == ["at1/out": 1, "at1/no": 1, "at2/into": 2])
    }

    @Test("a connection that is judged anew, or revoked, counts at the rules of the new policy")
    func countsNewJudgements() throws {
        let rig = try SwitchRig(SwitchRig.rules("- allow any -> any as one"))
        for port in [1, 2] as [UInt16] { rig.send(FrameBuilder(1, 2).udp(9, port), from: 1) }
        try rig.apply(SwitchRig.rules("- deny any -> any on udp/1 as no", "- allow any -> any"))
        for port in [1, 2, 2] as [UInt16] { rig.send(FrameBuilder(1, 2).udp(9, port), from: 1) }
        #expect(rig.hits == ["test/no": 1, "test/#2": 1])
    }

    @Test("a group frame counts at the sender's rule once, and at each receiver's own")
    func countsGroupFrames() throws {
        let rig = try SwitchRig(nil)
        try rig.apply(
            SwitchRig.rules(at: 1, "- allow any -> any as out"),
            SwitchRig.rules(at: 2, "- allow any -> any as into"),
            SwitchRig.rules(at: 3, "- deny any -> any as no"))
        rig.send(FrameBuilder.broadcast(from: 1), from: 1)
        #expect(rig.hits == ["at1/out": 1, "at2/into": 1, "at3/no": 1])
        try rig.apply(SwitchRig.rules("- allow any -> any as all"))
        rig.send(FrameBuilder.broadcast(from: 1), from: 1)
        #expect(rig.hits == ["test/all": 1])
    }

    @Test("ICMP without a connection counts message by message")
    func countsUntracked() throws {
        let rig = try SwitchRig(SwitchRig.rules("- allow any -> any on icmp/13 as time"))
        let body = [UInt8](repeating: 0, count: 16)
        for _ in 0..<3 { rig.send(FrameBuilder(1, 2).icmp(13, 0, body), from: 1) }
        #expect(rig.hits == ["test/time": 3])
    }

    @Test("the last hit is the moment of the last decision")
    func datesHits() throws {
        let rig = try SwitchRig(SwitchRig.rules("- allow any -> any as one"))
        rig.send(FrameBuilder(1, 2).udp(9, 1), from: 1)
        rig.send(FrameBuilder(1, 2).udp(9, 2), from: 1)
        let moment = rig.clock
        rig.send(FrameBuilder(1, 2).udp(9, 2), from: 1)
        let hits = rig.ledgers.take(seen: 0)[0].hits
        #expect(hits.values.map(\.lastHit) == [moment])
    }
}
