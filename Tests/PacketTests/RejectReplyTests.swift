import Packet
import Testing

@Suite struct RejectReplyTests {
    @Test("a SYN is answered by RST and ACK of what it took (RFC 9293 §3.10.7.1)")
    func resetsSYN() throws {
        let frame = IPv4Builder(ipProtocol: 6, payload: Build.tcp(.syn, payload: 5)).frame
        let (octets, parsed) = try #require(reply(frame))
        #expect(parsed.sourceMAC == parse(frame).destinationMAC)
        #expect(parsed.destinationMAC == parse(frame).sourceMAC)
        #expect(parsed.fiveTuple == parse(frame).fiveTuple.reversed)
        #expect(parsed.tcpFlags == [.rst, .ack])
        #expect(number(octets, at: 38) == 0)
        #expect(number(octets, at: 42) == 0x0102_0304 + 6)  // SYN and 5 bytes
        #expect(hasValidTransportChecksum(octets, transport: 34, 6))
        #expect(octets.count == 54)
    }

    @Test("a segment with ACK is answered by a RST at that number")
    func resetsACK() throws {
        let frame = IPv6Builder(nextHeader: 6, payload: Build.tcp([.ack, .fin], payload: 5)).frame
        let (octets, parsed) = try #require(reply(frame))
        #expect(parsed.tcpFlags == .rst)
        #expect(parsed.fiveTuple == parse(frame).fiveTuple.reversed)
        #expect(number(octets, at: 58) == 0x0506_0708)
        #expect(number(octets, at: 62) == 0)
        #expect(hasValidTransportChecksum(octets, transport: 54, 6))
    }

    @Test(
        "UDP over IPv4 is answered by ICMP 3/13 that quotes up to 548 bytes",
        arguments: [
            (payload: 4, quoted: 32), (payload: 520, quoted: 548), (payload: 1_400, quoted: 548),
        ])
    func prohibits(payload: Int, quoted: Int) throws {
        let frame = IPv4Builder(ipProtocol: 17, payload: Build.udp(payload)).frame
        let (octets, parsed) = try #require(reply(frame))
        #expect(parsed.kind == .icmpError && parsed.service == ServiceKey(.icmp, 3 << 8 | 13))
        #expect(parsed.embedded == parse(frame).fiveTuple)
        #expect(Array(octets[42...]) == Array(frame[14..<14 + quoted]))
        #expect(naiveSum(Array(octets[34...])) == 0xffff)
    }

    @Test(
        "UDP over IPv6 is answered by ICMPv6 1/1 that quotes up to 1,232 bytes",
        arguments: [
            (payload: 4, quoted: 52), (payload: 1_400, quoted: 1_232),
        ])
    func prohibitsIPv6(payload: Int, quoted: Int) throws {
        let frame = IPv6Builder(nextHeader: 17, payload: Build.udp(payload)).frame
        let (octets, parsed) = try #require(reply(frame))
        #expect(parsed.kind == .icmpError && parsed.service == ServiceKey(.icmpv6, 1 << 8 | 1))
        #expect(parsed.embedded == parse(frame).fiveTuple)
        #expect(Array(octets[62...]) == Array(frame[14..<14 + quoted]))
        #expect(hasValidTransportChecksum(octets, transport: 54, 58))
    }

    @Test("padding is not quoted")
    func omitsPadding() throws {
        let frame = IPv4Builder(ipProtocol: 17, payload: Build.udp(4)).frame
        let (octets, _) = try #require(reply(frame + [7, 7, 7]))
        #expect(octets.count == 42 + 32)
    }

    @Test("an echo request and another protocol are answered")
    func prohibitsOthers() {
        #expect(reply(SampleFrame.of4("", 1, Build.icmp(8)).octets) != nil)
        #expect(reply(SampleFrame.of4("", 47, Build.data(8)).octets) != nil)
    }

    /// What must stay unanswered, and why.
    static let silent: [SampleFrame] = [
        SampleFrame.of4("a reset", 6, Build.tcp([.rst, .ack])),
        SampleFrame.of4("an ICMP error", 1, Build.icmp(3, 1, [0, 0, 0, 0]) + SampleFrame.quoted4),
        SampleFrame.of6(
            "an ICMPv6 error", 58, Build.icmp(2, 0, [0, 0, 5, 0]) + SampleFrame.quoted6),
        SampleFrame.of4("an echo reply", 1, Build.icmp(0)),
        SampleFrame.of4("a redirect", 1, Build.icmp(5, 1, [10, 0, 0, 9]) + SampleFrame.quoted4),
        SampleFrame.of4("too short to quote", 47, Build.data(7)),
        SampleFrame.of4("a faulty frame", 6, Build.data(3)),
        to("a group's address", address: [224, 0, 0, 251]),
        to("everybody's address", address: [255, 255, 255, 255]),
        to("a group's MAC", mac: [0x01, 0, 0x5e, 0, 0, 1]),
        to("everybody's MAC", mac: [UInt8](repeating: 0xff, count: 6)),
        to("no MAC", mac: [UInt8](repeating: 0, count: 6)),
        SampleFrame(
            description: "from nowhere",
            octets: IPv4Builder(ipProtocol: 17, source: [0, 0, 0, 0], payload: Build.udp(4)).frame),
        SampleFrame(
            description: "from nowhere6",
            octets: IPv6Builder(
                nextHeader: 17, source: [UInt8](repeating: 0, count: 16), payload: Build.udp(4)
            ).frame),
    ]

    @Test("what must not be answered is not", arguments: silent)
    func staysSilent(_ sample: SampleFrame) {
        #expect(reply(sample.octets) == nil)
    }

    @Test(
        "fragments, ARP and discovery are not answered",
        arguments: SampleFrame.all.filter {
            $0.description.contains("fragment") && $0.description != "atomic fragment"
                || ["arp", "igmp"].contains($0.description)
        } + SampleFrame.discovery)
    func ignoresOthers(_ sample: SampleFrame) {
        #expect(reply(sample.octets) == nil)
    }

    @Test("a small buffer gets no answer")
    func refusesSmallScratch() {
        let frame = IPv4Builder(ipProtocol: 17, payload: Build.udp(4)).frame
        let slot = Slot(capacity: RejectReply.byteCountMax - 1)
        #expect(RejectReply.make(to: frame.span.bytes, parse(frame), into: slot.frame) == nil)
    }

    private static func to(
        _ name: String, address: [UInt8] = [10, 0, 0, 2], mac: [UInt8] = Build.bob
    ) -> SampleFrame {
        let packet = IPv4Builder(ipProtocol: 17, destination: address, payload: Build.udp(4)).packet
        return SampleFrame(description: name, octets: Build.ethernet(0x0800, packet, to: mac))
    }

    /// The reply to `frame` and what the parser says of it.
    private func reply(_ frame: [UInt8]) -> ([UInt8], ParsedFrame)? {
        let slot = Slot(capacity: RejectReply.byteCountMax)
        guard let reply = RejectReply.make(to: frame.span.bytes, parse(frame), into: slot.frame)
        else { return nil }
        let parsed = parse(reply.octets, reply.virtio)
        #expect(parsed.fault == .none && reply.virtio == VirtioNetHeader() && slot.isIntact)
        return (reply.octets, parsed)
    }

    private func number(_ octets: [UInt8], at offset: Int) -> UInt32 {
        octets[offset..<offset + 4].reduce(0) { $0 << 8 | UInt32($1) }
    }
}
