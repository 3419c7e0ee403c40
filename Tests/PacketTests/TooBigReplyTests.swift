import Packet
import Testing

@Suite struct TooBigReplyTests {
    @Test(
        "IPv4 is answered by ICMP 3/4 with the MTU and up to 548 quoted bytes (RFC 1191 §4)",
        arguments: [(payload: 4, quoted: 32), (payload: 1_400, quoted: 548)])
    func tellsIPv4(payload: Int, quoted: Int) throws {
        let frame = packet4(17, Build.udp(payload))
        let (octets, parsed) = try #require(reply(frame))
        #expect(parsed.kind == .icmpError && parsed.service == ServiceKey(.icmp, 3 << 8 | 4))
        #expect(parsed.fiveTuple.source == parse(frame).fiveTuple.destination)
        #expect(parsed.fiveTuple.destination == parse(frame).fiveTuple.source)
        #expect(parsed.sourceMAC == parse(frame).destinationMAC)
        #expect(parsed.destinationMAC == parse(frame).sourceMAC)
        #expect(parsed.embedded == parse(frame).fiveTuple)
        #expect(Array(octets[38..<42]) == [0, 0, 0x05, 0x6e])
        #expect(Array(octets[42...]) == Array(frame[14..<14 + quoted]))
        #expect(naiveSum(Array(octets[34...])) == 0xffff)
    }

    @Test(
        "IPv6 is answered by ICMPv6 2 with the MTU, within 1,280 bytes (RFC 4443 §3.2)",
        arguments: [(payload: 4, quoted: 52), (payload: 1_400, quoted: 1_232)])
    func tellsIPv6(payload: Int, quoted: Int) throws {
        let frame = IPv6Builder(nextHeader: 17, payload: Build.udp(payload)).frame
        let (octets, parsed) = try #require(reply(frame))
        #expect(parsed.kind == .icmpError && parsed.service == ServiceKey(.icmpv6, 2 << 8))
        #expect(parsed.embedded == parse(frame).fiveTuple)
        #expect(Array(octets[58..<62]) == [0, 0, 0x05, 0x6e] && octets.count <= 14 + 1_280)
        #expect(Array(octets[62...]) == Array(frame[14..<14 + quoted]))
        #expect(hasValidTransportChecksum(octets, transport: 54, 58))
    }

    @Test("TCP, echo and its reply, and other protocols are answered, super-frames too")
    func tellsOthers() {
        #expect(reply(packet4(6, Build.tcp(.ack, payload: 9))) != nil)
        #expect(reply(packet4(6, Build.tcp(.rst))) != nil)
        #expect(reply(packet4(1, Build.icmp(8))) != nil && reply(packet4(1, Build.icmp(0))) != nil)
        #expect(reply(packet4(47, Build.data(8))) != nil)
        #expect(reply(packet4(17, Build.udp(16, length: 900), fragment: 0x6000)) != nil)
        let large = packet4(6, Build.tcp(.ack, payload: 3_000))
        let virtio = VirtioNetHeader.tcp(
            start: 34, gsoType: VirtioNetHeader.gsoTCPv4, gsoSize: 1_448)
        #expect(reply(large, virtio) != nil)
        let options = IPv4Builder(
            fragment: 0x4000, ipProtocol: 17, options: [1, 1, 1, 0], payload: Build.udp(4))
        #expect(reply(options.frame) != nil)
    }

    @Test("the MTU is told as far as its field reaches")
    func clampsMTU() {
        let six = IPv6Builder(nextHeader: 17, payload: Build.udp(4)).frame
        for (mtu, low) in [(70_000, 0xffff), (-1, 0), (65_535, 0xffff), (576, 576)] {
            let octets = reply(packet4(17, Build.udp(4)), mtu: mtu)?.0 ?? []
            #expect(Array(octets[38..<42]) == [0, 0] + Build.big(UInt16(low)))
        }
        #expect(Array(reply(six, mtu: 70_000)?.0[58..<62] ?? []) == Build.big(70_000 as UInt32))
        #expect(reply(six, mtu: .max) != nil && reply(six, mtu: .min) != nil)
    }

    /// What must stay unanswered, and why.
    static let silent: [SampleFrame] = [
        of4("fragmentable", 17, Build.udp(1_400), fragment: 0),
        of4("a later fragment", 17, Build.data(80), fragment: 0x4002),
        of4("an ICMP error", 1, Build.icmp(3, 1, [0, 0, 0, 0]) + SampleFrame.quoted4),
        of4("fragmentation needed", 1, Build.icmp(3, 4, [0, 0, 5, 0]) + SampleFrame.quoted4),
        of4("a redirect", 1, Build.icmp(5, 1, [10, 0, 0, 9]) + SampleFrame.quoted4),
        of4("source quench", 1, Build.icmp(4) + SampleFrame.quoted4),
        of4("too short to quote", 47, Build.data(7)),
        of4("a faulty frame", 6, Build.data(3)),
        of4("igmp", 2, Build.data(8)),
        to("a group's address", address: [224, 0, 0, 251]),
        to("everybody's address", address: [255, 255, 255, 255]),
        to("a group's MAC", mac: [0x01, 0, 0x5e, 0, 0, 1]),
        to("everybody's MAC", mac: [UInt8](repeating: 0xff, count: 6)),
        SampleFrame.of6("too big", 58, Build.icmp(2, 0, [0, 0, 5, 0]) + SampleFrame.quoted6),
        SampleFrame.of6("unknown error", 58, Build.icmp(100) + Build.data(64)),
        SampleFrame.of6("later fragment6", 44, [17, 0, 0, 0x41, 0, 0, 0, 7] + Build.data(32)),
        SampleFrame(
            description: "from nowhere",
            octets: IPv4Builder(
                fragment: 0x4000, ipProtocol: 17, source: [0, 0, 0, 0], payload: Build.udp(4)
            ).frame),
    ]

    @Test("what must not be answered is not", arguments: silent + SampleFrame.discovery)
    func staysSilent(_ sample: SampleFrame) {
        #expect(reply(sample.octets) == nil)
    }

    @Test("an answer has no answer, however the frame was damaged")
    func survivesHostile() {
        let frames = [
            packet4(6, Build.tcp(.ack, payload: 40)),
            IPv6Builder(nextHeader: 17, payload: Build.udp(40)).frame, Self.silent[2].octets,
        ]
        for frame in frames {
            for bit in 0..<frame.count * 8 {
                var octets = frame
                octets[bit / 8] ^= 1 << (bit % 8)
                guard let answer = reply(withIPv4Checksum(octets)) else { continue }
                #expect(reply(answer.0) == nil)
            }
            for count in 0..<frame.count { #expect(reply(Array(frame[..<count])) == nil) }
        }
        let frame = frames[0]
        let slot = Slot(capacity: TooBigReply.byteCountMax)
        let cut = Array(frame.dropLast())
        #expect(
            TooBigReply.make(to: cut.span.bytes, parse(frame), mtu: 9, into: slot.frame) == nil)
        let small = Slot(capacity: TooBigReply.byteCountMax - 1)
        #expect(
            TooBigReply.make(to: frame.span.bytes, parse(frame), mtu: 9, into: small.frame) == nil)
        #expect(small.isIntact)
    }

    private func packet4(
        _ ipProtocol: UInt8, _ payload: [UInt8], fragment: UInt16 = 0x4000
    ) -> [UInt8] {
        Self.of4("", ipProtocol, payload, fragment: fragment).octets
    }

    private static func of4(
        _ name: String, _ ipProtocol: UInt8, _ payload: [UInt8], fragment: UInt16 = 0x4000
    ) -> SampleFrame {
        SampleFrame(
            description: name,
            octets: IPv4Builder(fragment: fragment, ipProtocol: ipProtocol, payload: payload).frame)
    }

    private static func to(
        _ name: String, address: [UInt8] = [10, 0, 0, 2], mac: [UInt8] = Build.bob
    ) -> SampleFrame {
        let packet = IPv4Builder(
            fragment: 0x4000, ipProtocol: 17, destination: address, payload: Build.udp(4)
        ).packet
        return SampleFrame(description: name, octets: Build.ethernet(0x0800, packet, to: mac))
    }

    /// The reply to `frame` and what the parser says of it.
    private func reply(
        _ frame: [UInt8], _ virtio: VirtioNetHeader = VirtioNetHeader(), mtu: Int = 1_390
    ) -> ([UInt8], ParsedFrame)? {
        let slot = Slot(capacity: TooBigReply.byteCountMax)
        let sound = parse(frame, virtio)
        guard
            let reply = TooBigReply.make(to: frame.span.bytes, sound, mtu: mtu, into: slot.frame)
        else { return nil }
        let parsed = parse(reply.octets, reply.virtio)
        #expect(parsed.fault == .none && reply.virtio == VirtioNetHeader() && slot.isIntact)
        return (reply.octets, parsed)
    }
}
