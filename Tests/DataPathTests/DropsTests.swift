import DataPath
import Packet
import PolicyEngine
import Ports
import Telemetry
import Testing

@Suite struct DropsTests {
    @Test("a frame that the receiver's rules refuse is found at both ports, with rule and end")
    func keepsAtBothPorts() throws {
        let rig = try SwitchRig(nil)
        try rig.apply(
            SwitchRig.rules(at: 1, "- allow any -> any as out"),
            SwitchRig.rules(at: 2, "- deny any -> any on udp as no"))
        rig.send(FrameBuilder(1, 2).udp(9, 53), from: 1)
        let sent = try #require(rig.recentDrops(1).first)
        let refused = try #require(rig.recentDrops(2).first)
        #expect(sent.side == .sender && sent.otherPort == PortNumber(rawValue: 2))
        #expect(refused.side == .receiver && refused.otherPort == PortNumber(rawValue: 1))
        for record in [sent, refused] {
            #expect(record.reason == .deniedByPolicy && record.refusingEnd == .ingress)
            #expect(rig.ruleName(record.refusal) == "at2/no")
            #expect(rig.ruleName(record.egress) == "at1/out")
            #expect(record.tuple?.destinationPort == 53 && record.tuple?.sourcePort == 9)
            #expect(record.service == ServiceKey(.udp, 53))
            #expect(record.sourceMAC == FrameBuilder.Station(1).mac)
            #expect(record.destinationMAC == FrameBuilder.Station(2).mac)
            #expect(record.vni == VNI(rawValue: 1) && record.generation == 1)
            #expect(record.count == 1 && record.timestamp == rig.clock)
        }
        #expect(rig.recentDrops(3).isEmpty)
    }

    @Test("a frame that the sender's rules alone refuse is found at the sender's port alone")
    func keepsAtSender() throws {
        let rig = try SwitchRig(nil)
        try rig.apply(
            SwitchRig.rules(at: 1, "- deny any -> any as no"),
            SwitchRig.rules(at: 2, "- allow any -> any"))
        rig.send(FrameBuilder(1, 2).udp(9, 53), from: 1)
        #expect(rig.recentDrops(1).map(\.refusingEnd) == [.egress])
        #expect(rig.recentDrops(2).isEmpty)
    }

    @Test("a frame that both refuse is found at both; the sender's rule is the one that decided")
    func keepsDoubleRefusals() throws {
        let rig = try SwitchRig(SwitchRig.rules("- deny any -> any"))
        rig.send(FrameBuilder(1, 2).udp(9, 53), from: 1)
        #expect(rig.recentDrops(1).map(\.refusingEnd) == [.egress])
        #expect(rig.recentDrops(2).map(\.refusingEnd) == [.egress])
    }

    @Test("the like in a row is one record with its number, first and last moment")
    func foldsFloods() throws {
        let rig = try SwitchRig(SwitchRig.rules("- deny any -> any"))
        rig.send(FrameBuilder(1, 2).udp(9, 53), from: 1)
        let first = rig.clock
        for _ in 0..<999 { rig.send(FrameBuilder(1, 2).udp(9, 53), from: 1) }
        let record = try #require(rig.recentDrops(1).first)
        #expect(rig.recentDrops(1).count == 1 && record.count == 1_000)
        #expect(record.firstTimestamp == first && record.timestamp == rig.clock)
        try rig.apply(SwitchRig.rules("- deny any -> any"))
        rig.send(FrameBuilder(1, 2).udp(9, 53), from: 1)
        #expect(rig.recentDrops(1).map(\.generation) == [2, 1])
    }

    @Test("what is dropped before its rules are asked is kept as far as it was read")
    func keepsWhatWasRead() throws {
        let rig = try SwitchRig()
        var spoofed = FrameBuilder(1, 2)
        spoofed.source.ip = FrameBuilder.Station(9).ip
        rig.send(spoofed.udp(9, 53), from: 1)
        var broken = FrameBuilder(1, 2).udp(9, 53)
        broken.bytes[14] = 0x44
        rig.send(broken, from: 1)
        rig.wires[1]?.inject(.truncated(1))
        rig.send(FrameBuilder(1, 2).udp(9, 53), from: 1)
        rig.send(MemoryFrame([1, 2, 3]), from: 1)
        let records = rig.recentDrops(1)
        #expect(records.map(\.reason) == [.runt, .truncated, .ipv4Header, .spoofedIP])
        #expect(records.map { $0.tuple != nil } == [false, false, false, true])
        #expect(records.map { $0.sourceMAC == spoofed.source.mac } == [false, true, true, true])
        #expect(records[3].tuple?.source == spoofed.source.ip)
        #expect(records.allSatisfy { $0.refusal == nil && $0.egress == nil })
    }

    @Test("a group frame that a receiver's rules refuse is found there, also if others take it")
    func keepsGroupRefusals() throws {
        let rig = try SwitchRig(nil)
        try rig.apply(
            SwitchRig.rules(at: 1, "- allow any -> any"),
            SwitchRig.rules(at: 2, "- allow any -> any"),
            SwitchRig.rules(at: 3, "- deny any -> any as no"))
        rig.send(FrameBuilder.broadcast(from: 1), from: 1)
        #expect(rig.received(2).count == 1)
        #expect(rig.recentDrops(1).isEmpty && rig.recentDrops(2).isEmpty)
        #expect(rig.recentDrops(3).map(\.side) == [.receiver])
        #expect(rig.ruleName(rig.recentDrops(3).first?.refusal) == "at3/no")
    }

    @Test("a frame over a limit of the receiver's rule is found at both ports")
    func keepsLimits() throws {
        let rig = try SwitchRig(nil)
        try rig.apply(
            SwitchRig.rules(at: 1, "- allow any -> any"),
            SwitchRig.rules(at: 2, "- allow any -> any limit 1/s as few"))
        for port in [1, 2] as [UInt16] { rig.send(FrameBuilder(1, 2).udp(9, port), from: 1) }
        #expect(rig.recentDrops(1).map(\.reason) == [.policyLimit])
        #expect(rig.recentDrops(2).map(\.reason) == [.policyLimit])
        #expect(rig.ruleName(rig.recentDrops(2).first?.refusal) == "at2/few")
    }

    @Test("a connection that a new policy ends is found under the new generation")
    func keepsRevocations() throws {
        let rig = try SwitchRig(SwitchRig.rules("- allow any -> any"))
        rig.send(FrameBuilder(1, 2).udp(9, 53), from: 1)
        try rig.apply(SwitchRig.rules("- deny any -> any as no"))
        rig.send(FrameBuilder(2, 1).udp(53, 9), from: 2)
        let record = try #require(rig.recentDrops(2).first)
        #expect(record.reason == .policyRevoked && record.generation == 2)
        #expect(rig.ruleName(record.refusal) == "test/no")
    }

    @Test("every counted drop is in its port's ring, for each reason as often as counted")
    func keepsEveryDrop() throws {
        let rig = try SwitchRig(
            SwitchRig.rules(
                "- deny any -> any on udp/1", "- reject any -> any on udp/2",
                "- allow any -> any"))
        var spoofed = FrameBuilder(1, 2)
        spoofed.source.mac = FrameBuilder.Station(3).mac
        let frames = [
            FrameBuilder(1, 2).udp(9, 1), FrameBuilder(1, 2).udp(9, 2), spoofed.udp(9, 9),
            FrameBuilder(1, 9).udp(9, 9), FrameBuilder(1, 1).udp(9, 9),
            FrameBuilder(1, 2).tcp(9, 9, .ack), FrameBuilder(1, 2).icmp(3, 3, [1, 2]),
            FrameBuilder(1, 2).udp(9, 9, [UInt8](repeating: 0, count: 1_600)),
            MemoryFrame([UInt8](repeating: 0, count: 40)),
        ]
        for _ in 0..<200 {
            rig.send(frames[Int.random(in: 0..<frames.count)], from: 1)
        }
        var kept: [DropReason: UInt64] = [:]
        for record in rig.recentDrops(1) where record.side == .sender {
            kept[record.reason, default: 0] += UInt64(record.count)
        }
        #expect(kept == rig.drops(1) && kept.count >= 8)
    }
}
