import Packet
import Testing

@Suite struct ParsedFrameEmbeddedTests {
    @Test(
        "a captured error quotes the datagram that caused it",
        arguments: [
            ("icmp4-unreachable", "udp4-data", 62), ("icmp6-unreachable", "udp6-data", 102),
        ])
    func readsCaptured(_ error: String, _ cause: String, _ offset: Int) throws {
        let sample = try CorpusFrame.named(error)
        let sent = try CorpusFrame.named(cause)
        let parsed = parse(sample.octets)
        let quoted = parse(sent.octets, sent.virtio).fiveTuple
        #expect(parsed.kind == .icmpError)
        #expect(parsed.embedded == quoted)
        #expect(parsed.embedded.source == parsed.fiveTuple.destination)
        #expect(parsed.embeddedOffset == offset)
        #expect(Array(sample.octets[offset..<offset + 2]) == Build.big(quoted.sourcePort))
    }

    @Test("a quoted echo's identifier stands for both ports")
    func readsQuotedEcho() {
        let four = parse(error4(quote4(1, Build.icmp(8))))
        #expect(four.embedded.sourcePort == 0x7788 && four.embedded.destinationPort == 0x7788)
        #expect(four.embedded.ipProtocol == .icmp)
        let six = parse(error6(quote6(58, Build.icmp(129))))
        #expect(six.embedded.sourcePort == 0x7788 && six.embedded.destinationPort == 0x7788)
    }

    @Test("a quote may end 8 bytes into its transport header, but no sooner")
    func needsEightBytes() {
        for count in 0...12 {
            let four = quote4(6, Array(Build.tcp(.syn)[..<count]))
            #expect((parse(error4(four)).fault == .none) == (count >= 8), "\(count) bytes")
            let six = quote6(6, Array(Build.tcp(.syn)[..<count]))
            #expect((parse(error6(six)).fault == .none) == (count >= 8), "\(count) bytes")
        }
    }

    @Test("quoted options and extension headers are stepped over")
    func stepsOver() {
        var quoted = IPv4Builder(
            ipProtocol: 17, source: [10, 0, 0, 2], destination: [10, 0, 0, 1],
            options: [1, 1, 1, 0], payload: Build.udp(0, ports: (7, 9)))
        quoted.totalByteCount = 1_400
        let four = parse(error4(quoted.packet))
        #expect(four.embedded.sourcePort == 7 && four.embedded.destinationPort == 9)
        let six = parse(error6(quote6(60, [132, 0, 1, 4, 0, 0, 0, 0, 0, 7, 0, 9] + Build.data(4))))
        #expect(six.embedded.ipProtocol == .sctp && six.embedded.destinationPort == 9)
    }

    @Test("a quoted protocol without ports has none")
    func quotesOthers() {
        let parsed = parse(error4(quote4(47, Build.data(8))))
        #expect(parsed.fault == .none && parsed.embedded.sourcePort == 0)
        #expect(parsed.embedded.ipProtocol == IPProtocol(rawValue: 47))
    }

    /// An error that no sound host sends, and why not.
    static let refused: [SampleFrame] = [
        row("nothing quoted", error4([])),
        row("not from its receiver", error4(quote4(17, Build.udp(4), from: [10, 0, 0, 3]))),
        row("from its sender", error4(quote4(17, Build.udp(4), from: [10, 0, 0, 1]))),
        row("IPv6 in ICMP", error4(quote6(17, Build.udp(4)))),
        row("IPv4 in ICMPv6", error6(quote4(17, Build.udp(4)))),
        row("about an error", error4(quote4(1, Build.icmp(3, 1, [0, 0, 0, 0])))),
        row("about a redirect", error4(quote4(1, Build.icmp(5, 1, [0, 0, 0, 0])))),
        row("about an ICMPv6 error", error6(quote6(58, Build.icmp(1, 4, [0, 0, 0, 0])))),
        row("about discovery", error6(quote6(58, Build.icmp(135, 0, [0, 0, 0, 0])))),
        row("about a later fragment", error4(laterFragment)),
        row(
            "about a later fragment6",
            error6(quote6(44, [17, 0, 0, 8, 0, 0, 0, 1] + Build.data(8)))),
        row("version 5", error4([0x55] + SampleFrame.quoted4[1...])),
        row("header of 16 bytes", error4([0x44] + SampleFrame.quoted4[1...])),
        row("header longer than its packet", error4([0x4f] + SampleFrame.quoted4[1...])),
        row("chain cut", error6(quote6(60, [17, 9, 0, 0, 0, 0, 0, 0]))),
        row("nine headers", error6(quote6(60, chain(9)))),
    ]

    @Test("an error that no sound host sends is refused", arguments: refused)
    func refuses(_ sample: SampleFrame) {
        #expect(parse(sample.octets).fault == .icmp)
    }

    private static let laterFragment = IPv4Builder(
        fragment: 0x2001, ipProtocol: 17, source: [10, 0, 0, 2], destination: [10, 0, 0, 1],
        payload: Build.data(16)
    ).packet

    private static func chain(_ count: Int) -> [UInt8] {
        (0..<count).flatMap { _ in [60, 0, 1, 4, 0, 0, 0, 0] as [UInt8] } + Build.data(8)
    }

    private static func row(_ name: String, _ octets: [UInt8]) -> SampleFrame {
        SampleFrame(description: name, octets: octets)
    }
}

/// An ICMP error from 10.0.0.1 to 10.0.0.2 about `quote`.
private func error4(_ quote: [UInt8]) -> [UInt8] {
    SampleFrame.of4("", 1, Build.icmp(3, 3, [0, 0, 0, 0]) + quote).octets
}

/// An ICMPv6 error from fd00::1 to fd00::2 about `quote`.
private func error6(_ quote: [UInt8]) -> [UInt8] {
    SampleFrame.of6("", 58, Build.icmp(1, 4, [0, 0, 0, 0]) + quote).octets
}

private func quote4(_ ipProtocol: UInt8, _ payload: [UInt8], from: [UInt8] = [10, 0, 0, 2])
    -> [UInt8]
{
    IPv4Builder(
        ipProtocol: ipProtocol, source: from, destination: [10, 0, 0, 1], payload: payload
    ).packet
}

private func quote6(_ next: UInt8, _ payload: [UInt8]) -> [UInt8] {
    IPv6Builder(
        nextHeader: next, source: Build.bob6, destination: Build.alice6, payload: payload
    ).packet
}
