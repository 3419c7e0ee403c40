import DataPath
import Packet
import Ports
import Telemetry
import Testing

@Suite struct RelatedTrafficTests {
    /// "Port unreachable" from one station to another, quoting `quoted` from its IP header on.
    private func unreachable(_ from: UInt8, _ to: UInt8, _ quoted: MemoryFrame) -> MemoryFrame {
        FrameBuilder(from, to).icmp(3, 3, [0, 0, 0, 0] + quoted.bytes[14...].prefix(28))
    }

    @Test("an ICMP error reaches the sender of a live connection's packet without a rule")
    func passesRelatedError() throws {
        let rig = try SwitchRig(SwitchRig.rules("- allow vm vm1 -> vm vm2 on udp/53"))
        let request = FrameBuilder(1, 2).udp(5_000, 53)
        #expect(rig.passes(request, from: 1, to: 2))
        #expect(rig.passes(unreachable(2, 1, request), from: 2, to: 1))
    }

    @Test("an ICMP error that quotes no live connection is dropped")
    func dropsUnrelatedError() throws {
        let rig = try SwitchRig()
        let never = FrameBuilder(1, 2).udp(5_000, 53)
        #expect(!rig.passes(unreachable(2, 1, never), from: 2, to: 1))
        #expect(rig.drops(2) == [.noConnection: 1])
    }

    @Test("an ICMP error from a third station is dropped, though it quotes a live connection")
    func dropsForeignError() throws {
        let rig = try SwitchRig()
        let request = FrameBuilder(1, 2).udp(5_000, 53)
        #expect(rig.passes(request, from: 1, to: 2))
        #expect(!rig.passes(unreachable(3, 1, request), from: 3, to: 1))
        #expect(rig.drops(3) == [.connectionState: 1])
    }

    @Test("an ICMP error under a newer policy that denies its connection is dropped")
    func revokesRelatedError() throws {
        let rig = try SwitchRig(SwitchRig.rules("- allow vm vm1 -> vm vm2 on udp/53"))
        let request = FrameBuilder(1, 2).udp(5_000, 53)
        #expect(rig.passes(request, from: 1, to: 2))
        try rig.apply(SwitchRig.rules("- deny any -> any"))
        #expect(!rig.passes(unreachable(2, 1, request), from: 2, to: 1))
        #expect(rig.drops(2) == [.policyRevoked: 1])
    }

    /// `frame` as a fragment of datagram 9 at `offset`, in units of 8 bytes.
    private func fragment(
        _ builder: FrameBuilder, offset: UInt16, more: Bool, _ payload: [UInt8]
    ) -> MemoryFrame {
        var bytes = builder.ipv4(17, payload)
        bytes.replaceSubrange(18..<20, with: word(9))
        bytes.replaceSubrange(20..<22, with: word(offset | (more ? 0x2000 : 0)))
        bytes.replaceSubrange(24..<26, with: [0, 0])
        var sum = stride(from: 14, to: 34, by: 2).reduce(0) {
            $0 + Int(bytes[$1]) << 8 + Int(bytes[$1 + 1])
        }
        while sum > 0xffff { sum = sum & 0xffff + sum >> 16 }
        bytes.replaceSubrange(24..<26, with: word(~UInt16(sum)))
        return MemoryFrame(bytes)
    }

    @Test("later fragments pass behind an allowed first fragment, and only there")
    func followsFragments() throws {
        let rig = try SwitchRig(SwitchRig.rules("- allow any -> any on udp/53"))
        let builder = FrameBuilder(1, 2)
        let later = fragment(builder, offset: 2, more: false, [9, 9, 9, 9])
        #expect(!rig.passes(later, from: 1, to: 2))
        let header = word(5_000) + word(53) + word(20) + [0, 0]
        let first = fragment(builder, offset: 0, more: true, header + Array(repeating: 1, count: 8))
        #expect(rig.passes(first, from: 1, to: 2))
        #expect(rig.passes(later, from: 1, to: 2))
        #expect(rig.drops(1) == [.fragmentUnknown: 1])
        try rig.apply(SwitchRig.rules("- deny any -> any"))
        #expect(!rig.passes(later, from: 1, to: 2))
        #expect(rig.total.isBalanced)
    }

    @Test("ICMP that is neither echo nor error is judged message by message")
    func judgesOtherICMP() throws {
        let rig = try SwitchRig(SwitchRig.rules("- allow vm vm1 -> vm vm2 on icmp/13"))
        let body = [UInt8](repeating: 0, count: 16)
        #expect(rig.passes(FrameBuilder(1, 2).icmp(13, 0, body), from: 1, to: 2))
        #expect(!rig.passes(FrameBuilder(2, 1).icmp(14, 0, body), from: 2, to: 1))
    }
}
