import Packet
import Testing

/// What the parser says about frames that Linux sent, and about whole frames in general.
@Suite struct ParsedFrameTests {
    @Test(
        "a frame that Linux sent is sound, and is what its name says",
        arguments: CorpusFrame.all.filter(\.isCaptured))
    func acceptsCaptured(_ sample: CorpusFrame) {
        let parsed = parse(sample.octets, sample.virtio)
        #expect(parsed.fault == .none)
        #expect(parsed.kind == expectedKind(sample.name))
        #expect(parsed.byteCount == sample.octets.count)
        #expect(parsed.isSuper(sample.virtio) == sample.name.hasSuffix("super"))
    }

    @Test("the corpus is there")
    func hasCorpus() {
        #expect(CorpusFrame.all.count >= 35)
    }

    @Test("a captured SYN yields its addresses, ports, flags and offsets")
    func readsSYN() throws {
        let sample = try CorpusFrame.named("tcp4-syn")
        let parsed = parse(sample.octets, sample.virtio)
        #expect(parsed.sourceMAC.description == "52:54:00:00:00:01")
        #expect(parsed.destinationMAC.description == "52:54:00:00:00:02")
        #expect(parsed.fiveTuple.source.description == "10.0.0.1")
        #expect(parsed.fiveTuple.destination.description == "10.0.0.2")
        #expect(parsed.service == ServiceKey(.tcp, 8080))
        #expect(parsed.tcpFlags == .syn)
        #expect(parsed.hopLimit == 64)
        #expect((parsed.transportOffset, parsed.payloadOffset) == (34, 74))
        #expect(parsed.isIPv4 && !parsed.isIPv6 && !parsed.isFragment)
    }

    @Test(
        "a request and its reply have reversed tuples",
        arguments: [
            ("icmp4-echo-request", "icmp4-echo-reply"), ("icmp6-echo-request", "icmp6-echo-reply"),
            ("tcp4-syn", "tcp4-synack"), ("tcp6-syn", "tcp6-synack"),
        ])
    func reverses(_ request: String, _ reply: String) throws {
        let first = try CorpusFrame.named(request)
        let second = try CorpusFrame.named(reply)
        let asked = parse(first.octets, first.virtio)
        let answered = parse(second.octets, second.virtio)
        #expect(answered.fiveTuple == asked.fiveTuple.reversed)
        #expect(!asked.isEchoReply && answered.isEchoReply == (answered.kind == .icmpEcho))
    }

    @Test("padding is not counted")
    func ignoresPadding() {
        let frame = IPv4Builder(ipProtocol: 17, payload: Build.udp(4)).frame
        let parsed = parse(frame + [UInt8](repeating: 0x55, count: 18))
        #expect(parsed.fault == .none)
        #expect(parsed.byteCount == frame.count)
        let arp = Build.ethernet(0x0806, Self.arpRequest)
        #expect(parse(arp + [1, 2, 3]).byteCount == 42)
    }

    @Test(
        "DHCP is told by its ports",
        arguments: [
            (from: 68 as UInt16, to: 67 as UInt16, isClient: true, isServer: false),
            (from: 67, to: 68, isClient: false, isServer: true),
            (from: 4_444, to: 68, isClient: false, isServer: true),  // clients believe it
            (from: 546, to: 547, isClient: false, isServer: false),  // DHCPv6 over IPv4 is nothing
            (from: 67, to: 67, isClient: false, isServer: false),
        ])
    func tellsDHCP(from: UInt16, to: UInt16, isClient: Bool, isServer: Bool) {
        let parsed = parse(
            IPv4Builder(ipProtocol: 17, payload: Build.udp(4, ports: (from, to))).frame)
        #expect(parsed.isDHCPFromClient == isClient)
        #expect(parsed.isDHCPFromServer == isServer)
    }

    @Test("DHCPv6 is told by its ports")
    func tellsDHCPv6() {
        let asks = IPv6Builder(nextHeader: 17, payload: Build.udp(4, ports: (546, 547))).frame
        let tells = IPv6Builder(nextHeader: 17, payload: Build.udp(4, ports: (9, 546))).frame
        #expect(parse(asks).isDHCPFromClient && !parse(asks).isDHCPFromServer)
        #expect(parse(tells).isDHCPFromServer && !parse(tells).isDHCPFromClient)
    }

    @Test("a TCP port is never DHCP")
    func tellsTCPFromDHCP() {
        let frame = IPv4Builder(ipProtocol: 6, payload: Build.tcp(.syn, ports: (67, 68))).frame
        #expect(!parse(frame).isDHCPFromServer)
    }

    static let arpRequest: [UInt8] =
        [0, 1, 8, 0, 6, 4, 0, 1] + Build.alice + [10, 0, 0, 1, 0, 0, 0, 0, 0, 0, 10, 0, 0, 2]

    private func expectedKind(_ name: String) -> ParsedFrame.Kind? {
        let kinds: [(String, ParsedFrame.Kind)] = [
            ("fragment-later", .laterFragment), ("arp", .arp), ("tcp", .tcp), ("udp", .udp),
            ("echo", .icmpEcho), ("fragment-first", .icmpEcho), ("unreachable", .icmpError),
            ("listener", .multicastControl), ("neighbor", .neighborDiscovery),
            ("router", .neighborDiscovery), ("address", .neighborDiscovery),
        ]
        return kinds.first { name.contains($0.0) }?.1
    }
}

extension ParsedFrame {
    /// Whether the frame came as a super-frame larger than one segment.
    fileprivate func isSuper(_ virtio: VirtioNetHeader) -> Bool {
        virtio.isSuperFrame && byteCount - payloadOffset > Int(virtio.gsoSize)
    }
}
