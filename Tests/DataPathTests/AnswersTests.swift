import DataPath
import Packet
import Ports
import Telemetry
import Testing

/// Answers to rejected frames; what they say is tested in RejectReplyTests.
@Suite struct AnswersTests {
    private static let body = [UInt8](repeating: 0, count: 16)

    /// Frames that a rule rejects and that must not be answered.
    private static var silent: [(name: String, frame: MemoryFrame)] {
        [
            ("a reset", FrameBuilder(1, 2).tcp(9, 80, .rst)),
            ("a reset with ACK", FrameBuilder(1, 2).tcp(9, 80, [.rst, .ack])),
            ("an echo reply", FrameBuilder(1, 2).echo(0)),
            ("an ICMP error", FrameBuilder(1, 2).icmp(3, 13, [0, 0, 0, 0] + quoted)),
            ("other ICMP", FrameBuilder(1, 2).icmp(13, 0, body)),
            ("a broadcast", FrameBuilder.broadcast(from: 1)),
            ("a later fragment", fragment),
        ]
    }

    /// The front of a packet of station 2, as an error quotes it.
    private static var quoted: [UInt8] {
        Array(FrameBuilder(2, 1).udp(80, 9).bytes[14...].prefix(28))
    }

    /// A UDP datagram's first fragment: an answer could not name the whole datagram.
    private static var fragment: MemoryFrame {
        var frame = FrameBuilder(1, 2).udp(9, 80, [UInt8](repeating: 1, count: 16))
        frame.bytes[20] = 0x20
        var sum = stride(from: 14, to: 34, by: 2).filter { $0 != 24 }.reduce(0) {
            $0 + Int(frame.bytes[$1]) << 8 + Int(frame.bytes[$1 + 1])
        }
        while sum > 0xffff { sum = sum & 0xffff + sum >> 16 }
        frame.bytes.replaceSubrange(24..<26, with: word(~UInt16(sum)))
        return frame
    }

    @Test("what must not be answered is not, and takes nothing from those who wait for an answer")
    func staysSilent() throws {
        let rig = try SwitchRig(SwitchRig.rules("- reject any -> any"))
        for (name, frame) in Self.silent {
            for _ in 0..<50 { rig.send(frame, from: 1) }
            #expect(rig.received(1).isEmpty, "\(name)")
        }
        #expect(rig.drops(1).values.reduce(0, +) == UInt64(50 * Self.silent.count))
        rig.send(FrameBuilder(1, 2).tcp(9, 80, .syn), from: 1)
        #expect(rig.received(1).count == 1)
        #expect(rig.total.isBalanced)
    }

    @Test("each port has a budget of its own for answers")
    func limitsEachPort() throws {
        let rig = try SwitchRig(SwitchRig.rules("- reject any -> any"))
        for port in 0..<200 { rig.send(FrameBuilder(1, 2).udp(UInt16(port), 9), from: 1) }
        #expect(rig.received(1).count == 20)
        rig.send(FrameBuilder(3, 2).udp(9, 9), from: 3)
        #expect(rig.received(3).count == 1)
        rig.breathe(after: 100_000_000)
        for port in 0..<200 { rig.send(FrameBuilder(1, 2).udp(UInt16(port), 9), from: 1) }
        #expect((10...11).contains(rig.received(1).count))
    }

    @Test("an answer that comes back as a frame is not answered")
    func endsThere() throws {
        let rig = try SwitchRig(SwitchRig.rules("- reject any -> any"))
        rig.send(FrameBuilder(1, 2).udp(9, 80), from: 1)
        rig.send(FrameBuilder(1, 2).tcp(9, 80, .syn), from: 1)
        let answers = rig.received(1)
        #expect(answers.count == 2)
        for answer in answers { rig.send(answer, from: 2) }
        #expect(rig.received(1).isEmpty && rig.received(2).isEmpty)
    }
}
