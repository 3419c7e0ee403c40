import Packet
import Testing

@Suite struct ParsedFrameICMPTests {
    @Test("each ICMP type has its kind, and its service names type and code")
    func tellsICMP() {
        for type in UInt8.min...UInt8.max {
            let parsed = parse(
                SampleFrame.of4("", 1, Build.icmp(type) + SampleFrame.quoted4).octets)
            #expect(parsed.fault == .none, "type \(type)")
            #expect(parsed.kind == kind4(type), "type \(type)")
            #expect(parsed.service == ServiceKey(.icmp, UInt16(type) << 8), "type \(type)")
        }
    }

    @Test("each ICMPv6 type has its kind, and its service names type and code")
    func tellsICMPv6() {
        for type in UInt8.min...UInt8.max where !(133...137).contains(type) {
            let parsed = parse(
                SampleFrame.of6("", 58, Build.icmp(type) + SampleFrame.quoted6).octets)
            #expect(parsed.fault == .none, "type \(type)")
            #expect(parsed.kind == kind6(type), "type \(type)")
            #expect(parsed.service == ServiceKey(.icmpv6, UInt16(type) << 8), "type \(type)")
        }
    }

    private func kind4(_ type: UInt8) -> ParsedFrame.Kind {
        switch type {
        case 0, 8: .icmpEcho
        case 3, 11, 12: .icmpError
        default: .icmpOther  // redirect (5) and source quench (4) among them
        }
    }

    private func kind6(_ type: UInt8) -> ParsedFrame.Kind {
        switch type {
        case 1, 2, 3, 4: .icmpError
        case 128, 129: .icmpEcho
        case 130, 131, 132, 143: .multicastControl
        default: .icmpOther
        }
    }

    @Test("an echo's identifier stands for both ports")
    func notesIdentifier() {
        for (type, isReply) in [(8, false), (0, true)] as [(UInt8, Bool)] {
            let parsed = parse(SampleFrame.of4("", 1, Build.icmp(type)).octets)
            #expect(parsed.fiveTuple.sourcePort == 0x7788)
            #expect(parsed.fiveTuple.destinationPort == 0x7788)
            #expect(parsed.isEchoReply == isReply)
            #expect(parsed.payloadOffset == 42)
        }
    }

    @Test("an echo with a code is refused, as is a cut message")
    func refuses() {
        #expect(parse(SampleFrame.of4("", 1, Build.icmp(8, 1)).octets).fault == .icmp)
        #expect(parse(SampleFrame.of6("", 58, Build.icmp(129, 9)).octets).fault == .icmp)
        #expect(parse(SampleFrame.of4("", 1, [8, 0, 0, 0, 0, 1, 0]).octets).fault == .icmp)
        #expect(parse(SampleFrame.of6("", 58, [128, 0, 0, 0]).octets).fault == .icmp)
    }

    @Test("each family's ICMP is another protocol in the other")
    func separatesFamilies() {
        let four = parse(SampleFrame.of4("", 58, Build.icmp(134)).octets)
        #expect(four.kind == .otherIP && four.service == ServiceKey(.icmpv6, 0))
        let six = parse(SampleFrame.of6("", 1, Build.icmp(8)).octets)
        #expect(six.kind == .otherIP && six.service == ServiceKey(.icmp, 0))
    }

    @Test("IGMP is control of groups over IPv4 alone")
    func tellsIGMP() {
        #expect(parse(SampleFrame.of4("", 2, Build.data(8)).octets).kind == .multicastControl)
        #expect(parse(SampleFrame.of6("", 2, Build.data(8)).octets).kind == .otherIP)
    }
}
