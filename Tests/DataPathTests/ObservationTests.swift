import DataPath
import Packet
import PolicyEngine
import Ports
import Telemetry
import Testing

@Suite struct ObservationTests {
    @Test("a rule with `log` reports each opened connection once, others report none")
    func reportsOpenings() throws {
        let rig = try SwitchRig(
            SwitchRig.rules("- allow any -> any on udp/53 log", "- allow any -> any on udp/54"))
        for _ in 0..<3 { #expect(rig.passes(FrameBuilder(1, 2).udp(9, 53), from: 1, to: 2)) }
        #expect(rig.passes(FrameBuilder(1, 2).udp(9, 54), from: 1, to: 2))
        let events = rig.events()
        #expect(events.map(\.kind) == [.opened])
        #expect(events.first?.to == PortNumber(rawValue: 2))
        #expect(events.first?.service == ServiceKey(.udp, 53))
    }

    @Test("a denial, a rejection and a revocation are reported with the rule that decided")
    func reportsRefusals() throws {
        let rig = try SwitchRig(
            SwitchRig.rules(
                "- deny any -> any on udp/1", "- reject any -> any on udp/2",
                "- allow any -> any"))
        rig.send(FrameBuilder(1, 2).udp(9, 1), from: 1)
        rig.send(FrameBuilder(1, 2).udp(9, 2), from: 1)
        rig.send(FrameBuilder(1, 2).udp(9, 3), from: 1)
        try rig.apply(SwitchRig.rules("- deny any -> any"))
        rig.send(FrameBuilder(1, 2).udp(9, 3), from: 1)
        let events = rig.events()
        #expect(events.map(\.kind) == [.denied, .rejected, .revoked])
        #expect(events.allSatisfy { $0.egress?.action != .allow && $0.egress?.rule != .builtIn })
    }

    @Test("an event names the generation under which it was decided, and the end")
    func namesGeneration() throws {
        let rig = try SwitchRig(nil)
        try rig.apply(
            SwitchRig.rules(at: 1, "- allow any -> any"),
            SwitchRig.rules(at: 2, "- deny any -> any"))
        rig.send(FrameBuilder(1, 2).udp(9, 1), from: 1)
        try rig.apply(SwitchRig.rules("- deny any -> any"))
        rig.send(FrameBuilder(1, 2).udp(9, 1), from: 1)
        let events = rig.events()
        #expect(events.map(\.generation) == [1, 2])
        #expect(events.map(\.end) == [.ingress, .egress])
    }

    @Test("a connection that two rules with `log` allow is told of by each")
    func tellsBothEnds() throws {
        let rig = try SwitchRig(nil)
        try rig.apply(
            SwitchRig.rules(at: 1, "- allow any -> any log"),
            SwitchRig.rules(at: 2, "- allow any -> any log"))
        #expect(rig.passes(FrameBuilder(1, 2).udp(9, 1), from: 1, to: 2))
        let events = rig.events()
        #expect(events.map(\.kind) == [.opened, .opened])
        #expect(events.map(\.end) == [.egress, .ingress])
    }

    @Test("`log sampled` tells once a second for each rule, of all that were decided since")
    func samples() throws {
        let rig = try SwitchRig(nil)
        try rig.apply(
            SwitchRig.rules(
                "- allow any -> any on udp/1", "- deny any -> any on udp/2", "- allow any -> any")
        ) { files in
            for index in 0..<2 { files[0].rules[index].logging = .sampled }
        }
        for port in 0..<100 {
            rig.send(FrameBuilder(1, 2).udp(UInt16(100 + port), 1), from: 1)
            rig.send(FrameBuilder(1, 2).udp(UInt16(100 + port), 2), from: 1)
            rig.breathe(after: 25_000_000)
        }
        let events = rig.events()
        for kind in [DataPathEvent.Kind.opened, .denied] {
            let own = events.filter { $0.kind == kind }
            #expect(own.count == 3)
            #expect(own.map(\.count) == [1, 40, 40], "\(own.map(\.count))")
        }
        #expect(events.count == 6)
    }

    @Test("a flood at one rule leaves room for the others, and its events stand for all of it")
    func sharesEvents() throws {
        let rig = try SwitchRig(
            SwitchRig.rules("- deny any -> any on udp/1", "- deny any -> any on udp/2"))
        for port in 0..<5_000 { rig.send(FrameBuilder(1, 2).udp(UInt16(port), 1), from: 1) }
        rig.send(FrameBuilder(1, 2).udp(9, 2), from: 1)
        rig.send(FrameBuilder(3, 2).udp(9, 2), from: 3)
        rig.breathe(after: 1_000_000_000)
        rig.send(FrameBuilder(1, 2).udp(9, 1), from: 1)
        let events = rig.events()
        let flood = events.filter { $0.service == ServiceKey(.udp, 1) }
        #expect(events.filter { $0.service == ServiceKey(.udp, 2) }.count == 2)
        #expect((128...140).contains(flood.count), "\(flood.count)")
        #expect(flood.reduce(0) { $0 + $1.count } == 5_001)
    }

    @Test("a port that floods many rules leaves room for the other ports")
    func sharesPorts() throws {
        let rules = (1...20).map { "- deny any -> any on udp/\($0)" }
        let text = "policy: test\nfor: any\nrules:\n" + rules.map { "  \($0)\n" }.joined()
        let rig = try SwitchRig(text)
        for port in 0..<10_000 {
            rig.send(FrameBuilder(1, 2).udp(9, UInt16(1 + port % 20)), from: 1)
        }
        for port in 1...20 { rig.send(FrameBuilder(3, 2).udp(9, UInt16(port)), from: 3) }
        let events = rig.events()
        #expect(events.filter { $0.from == PortNumber(rawValue: 3) }.count == 20)
        #expect(events.count < 300, "\(events.count)")
    }

    @Test("a connection that is over its rule's limit is told of")
    func reportsLimits() throws {
        let rig = try SwitchRig(nil)
        try rig.apply(SwitchRig.rules("- allow any -> any")) { $0[0].rules[0].limit = 1 }
        for port in 0..<3 { rig.send(FrameBuilder(1, 2).udp(UInt16(port), 1), from: 1) }
        #expect(rig.events().map(\.kind) == [.limited, .limited])
    }

    @Test("a flood of denials costs a bounded number of reports")
    func boundsReports() throws {
        let rig = try SwitchRig(SwitchRig.rules("- deny any -> any"))
        for port in 0..<5_000 { rig.send(FrameBuilder(1, 2).udp(UInt16(port), 1), from: 1) }
        #expect(rig.events().count <= 1_000)
        #expect(rig.counts(1).dropped[.deniedByPolicy] == 5_000)
    }
}
