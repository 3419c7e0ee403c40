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
        let rig = try SwitchRig(
            SwitchRig.rules(
                "- allow any -> any on udp/1 log sampled",
                "- deny any -> any on udp/2 log sampled"))
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
        let rig = try SwitchRig(SwitchRig.rules("- allow any -> any limit 1/s"))
        for port in 0..<3 { rig.send(FrameBuilder(1, 2).udp(UInt16(port), 1), from: 1) }
        #expect(rig.events().map(\.kind) == [.limited, .limited])
    }

    /// A policy of these rules in audit mode, which would deny the rest.
    private func audited(_ rules: String...) -> String {
        SwitchRig.rules().replacing("rules:\n", with: "mode: audit\nrules:\n")
            .replacing("default", with: rules.map { "  \($0)\n" }.joined() + "default")
    }

    @Test("what a file in audit mode would refuse passes, and is told of with its rule")
    func audits() throws {
        let rig = try SwitchRig(
            audited("- deny any -> any on udp/1 as no", "- allow any -> any on udp/2"))
        for port in [1, 1, 2, 3] as [UInt16] {
            #expect(rig.passes(FrameBuilder(1, 2).udp(9, port), from: 1, to: 2))
        }
        let events = rig.events()
        #expect(events.map(\.kind) == [.audited, .audited])
        #expect(events.map { rig.ruleName($0.egress) } == ["test/no", "test/default"])
        #expect(rig.hits == ["test/no": 1, "test/#2": 1, "test/default": 1])
        #expect(rig.total.droppedTotal == 0)
    }

    @Test("audited floods are told of at the rate of denials, and stand for all")
    func boundsAudits() throws {
        let rig = try SwitchRig(audited("- deny any -> any on udp/1"))
        for port in 0..<1_000 { rig.send(FrameBuilder(1, 2).udp(UInt16(port), 1), from: 1) }
        rig.breathe(after: 1_000_000_000)
        rig.send(FrameBuilder(1, 2).udp(9_999, 1), from: 1)
        let events = rig.events()
        #expect((128...140).contains(events.count) && events.allSatisfy { $0.kind == .audited })
        #expect(events.reduce(0) { $0 + $1.count } == 1_001)
    }

    @Test("an established connection that only audit spares is told of once for each policy")
    func auditsEstablished() throws {
        let rig = try SwitchRig()
        #expect(rig.passes(FrameBuilder(1, 2).udp(9, 1), from: 1, to: 2))
        try rig.apply(audited("- deny any -> any on udp/1 as no"))
        for _ in 0..<3 { #expect(rig.passes(FrameBuilder(1, 2).udp(9, 1), from: 1, to: 2)) }
        #expect(rig.events().map(\.kind) == [.audited])
    }

    @Test("audited frames without a connection are told of, at each end that would refuse")
    func auditsUntracked() throws {
        let rig = try SwitchRig(nil)
        try rig.apply(
            SwitchRig.rules(at: 1, "- allow any -> any"),
            SwitchRig.rules(at: 2, "- deny any -> any").replacing(
                "rules:", with: "mode: audit\nrules:"),
            SwitchRig.rules(at: 3, "- deny any -> any"))
        let body = [UInt8](repeating: 0, count: 16)
        #expect(rig.passes(FrameBuilder(1, 2).icmp(13, 0, body), from: 1, to: 2))
        #expect(rig.passes(FrameBuilder.broadcast(from: 1), from: 1, to: 2))
        #expect(rig.received(3).isEmpty)
        let events = rig.events()
        #expect(events.map(\.kind) == [.audited, .audited])
        #expect(events.map(\.end) == [.ingress, .ingress])
    }

    @Test("a flood of denials costs a bounded number of reports")
    func boundsReports() throws {
        let rig = try SwitchRig(SwitchRig.rules("- deny any -> any"))
        for port in 0..<5_000 { rig.send(FrameBuilder(1, 2).udp(UInt16(port), 1), from: 1) }
        #expect(rig.events().count <= 1_000)
        #expect(rig.counts(1).dropped[.deniedByPolicy] == 5_000)
    }
}
