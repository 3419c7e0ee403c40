import DataPath
import Packet
import PolicyEngine
import Ports
import Telemetry
import Testing

@Suite struct ObservationTests {
    private func events(_ rig: SwitchRig) -> [DataPathEvent] {
        var events: [DataPathEvent] = []
        while let event = rig.link.events.pop() { events.append(event) }
        return events
    }

    @Test("a rule with `log` reports each opened connection once, others report none")
    func reportsOpenings() throws {
        let rig = try SwitchRig(
            SwitchRig.rules("- allow any -> any on udp/53 log", "- allow any -> any on udp/54"))
        for _ in 0..<3 { #expect(rig.passes(FrameBuilder(1, 2).udp(9, 53), from: 1, to: 2)) }
        #expect(rig.passes(FrameBuilder(1, 2).udp(9, 54), from: 1, to: 2))
        let events = events(rig)
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
        let events = events(rig)
        #expect(events.map(\.kind) == [.denied, .rejected, .revoked])
        #expect(events.allSatisfy { $0.egress?.action != .allow && $0.egress?.rule != .builtIn })
    }

    @Test("a flood of denials costs a bounded number of reports")
    func boundsReports() throws {
        let rig = try SwitchRig(SwitchRig.rules("- deny any -> any"))
        for port in 0..<5_000 { rig.send(FrameBuilder(1, 2).udp(UInt16(port), 1), from: 1) }
        #expect(events(rig).count <= 1_000)
        #expect(rig.counts(1).dropped[.deniedByPolicy] == 5_000)
    }
}
