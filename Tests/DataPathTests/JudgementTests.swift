import DataPath
import Packet
import Ports
import Telemetry
import Testing

/// Who is asked about a frame, and whose word counts.
@Suite struct JudgementTests {
    /// A rig of stations 1 and 2 under rules of their own.
    private func rig(_ first: String, _ second: String) throws -> SwitchRig {
        let rig = try SwitchRig(nil)
        try rig.apply(SwitchRig.rules(at: 1, first), SwitchRig.rules(at: 2, second))
        return rig
    }

    @Test("the end behind an uplink is not asked: the VM's rule alone decides and counts")
    func asksVMsAlone() throws {
        let rig = try SwitchRig(stations: [1])
        try rig.attach(9, uplink: true)
        try rig.apply(SwitchRig.rules("- allow any -> any on udp/53 as dns"))
        #expect(rig.passes(FrameBuilder(1, 9).udp(5, 53), from: 1, to: 9))
        #expect(rig.passes(FrameBuilder(9, 1).udp(6, 53), from: 9, to: 1))
        rig.send(FrameBuilder(9, 1).udp(6, 54), from: 9)
        #expect(rig.hits == ["test/dns": 2, "test/default": 1])
        #expect(rig.recentDrops(9).map(\.egress) == [nil])
        #expect(rig.recentDrops(1).map(\.side) == [.receiver])
    }

    @Test(
        "what the sender's rules refuse is refused their way; else the receiver's way",
        arguments: [
            ("deny", "reject", DropReason.deniedByPolicy), ("deny", "allow", .deniedByPolicy),
            ("reject", "deny", .rejectedByPolicy), ("allow", "deny", .deniedByPolicy),
            ("allow", "reject", .rejectedByPolicy),
        ])
    func refusesTheSendersWay(first: String, second: String, reason: DropReason) throws {
        let rig = try rig("- \(first) any -> any", "- \(second) any -> any")
        rig.send(FrameBuilder(1, 2).udp(5, 53), from: 1)
        #expect(rig.drops(1) == [reason: 1])
        #expect(rig.received(1).count == (reason == .rejectedByPolicy ? 1 : 0))
    }

    @Test("a receiver's own limit on group frames stops its copy alone")
    func limitsEachReceiver() throws {
        let rig = try SwitchRig(nil)
        try rig.apply(
            SwitchRig.rules(at: 1, "- allow any -> any"),
            SwitchRig.rules(at: 2, "- allow any -> any limit 2/s"),
            SwitchRig.rules(at: 3, "- allow any -> any"))
        for _ in 0..<5 { rig.send(FrameBuilder.broadcast(from: 1), from: 1) }
        #expect(rig.received(2).count == 2 && rig.received(3).count == 5)
        #expect(rig.recentDrops(2).map(\.reason) == [.policyLimit])
        #expect(rig.recentDrops(2).map(\.count) == [3])
        #expect(rig.total.isBalanced)
    }
}
