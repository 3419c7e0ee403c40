import Capture
import Packet
import Testing

@Suite("CaptureFilter")
struct CaptureFilterTests {
    static let examples: [FrameExample] = [
        .arp, .ping,
        .partial(.tcp, port: 80, payload: [1, 2, 3]),
        .partial(.tcp, port: 443, payload: []),
        .partial(.udp, port: 53, payload: Array(repeating: 7, count: 100)),
        .partial(.tcp, port: 80, payload: [1], isIPv6: true),
        .partial(.udp, port: 53, payload: [9, 9], isIPv6: true),
        .superFrame,
    ]

    @Test(
        "a filter takes the same frames as tcpdump's",
        arguments: [
            "", "arp", "ip", "ip6", "tcp", "udp", "icmp", "icmp6", "tcp port 80", "port 53",
            "port domain or port https", "not tcp", "tcp and not port 80", "src host 10.66.0.11",
            "dst 10.66.0.11", "host fd00::c", "net 10.66.0.0/24", "ether src 52:54:00:00:00:01",
            "ether broadcast", "ip[8] = 64", "tcp[tcpflags] & tcp-ack != 0", "udp[4:2] > 100",
            "icmp[icmptype] = icmp-echo", "len > 200", "greater 60000", "less 60", "vlan 3",
            "portrange 50-100", "ip6 proto 17", "ether[12:2] = 0x806", "tcp[13] & 2 != 0",
            "(tcp or udp) and (port 53 or port 443)", "ip[65534] = 1", "tcp[60000] = 96",
            "ether[4294000000] = 0", "ip[2:4] = 0",
        ])
    func agreesWithTcpdump(expression: String) throws {
        let filter = try CaptureFilter(expression)
        let ours = Self.examples.indices.filter { index in
            Self.examples[index].withFrame { filter.matches($0) }
        }
        let file = CaptureExample.file(of: try CaptureExample.session(Self.examples))
        let arguments = ["-n", "-tt", "-r", "@"] + (expression.isEmpty ? [] : [expression])
        let theirs = try Tool.run("tcpdump", arguments, on: file)
        #expect(theirs.status == 0 && theirs.warnings == "")
        #expect(ours == theirs.lines.compactMap { Int($0.prefix { $0 != "." }) })
    }

    @Test("a long filter still agrees with tcpdump's")
    func longFilterAgrees() throws {
        let hosts = (0..<100).map { "host 10.9.0.\($0)" } + ["tcp port 443"]
        try agreesWithTcpdump(expression: hosts.joined(separator: " or "))
    }

    @Test("no frame is read beyond its end, however short")
    func shortFramesAreSafe() throws {
        let filter = try CaptureFilter("tcp port 80 and tcp[tcpflags] & tcp-ack != 0")
        let whole = FrameExample.partial(.tcp, port: 80, payload: [])
        for byteCount in 0...whole.octets.count {
            let cut = FrameExample(octets: Array(whole.octets.prefix(byteCount)))
            #expect(cut.withFrame { filter.matches($0) } == (byteCount >= 48), "\(byteCount)")
        }
    }
}

@Suite("CaptureFilter, refusals")
struct CaptureFilterRefusalTests {
    /// The reason in the error that `expression` gives; nil when it is accepted.
    private func refusal(_ expression: String) -> String? {
        do throws(CaptureError) {
            _ = try CaptureFilter(expression)
            return nil
        } catch .filter(_, let reason) {
            return reason
        } catch {
            return "another error: \(error)"
        }
    }

    @Test("what libpcap refuses is refused in its own words")
    func refusesInLibpcapsWords() {
        #expect(refusal("tcp port") == "can't parse filter expression: syntax error")
        #expect(refusal("port 70000") == "illegal port number 70000 > 65535")
        #expect(refusal("tcp and ip6 and arp") == "expression rejects all packets")
        #expect(refusal("net 10.0.0.1/8") == "non-network bits set in \"10.0.0.1/8\"")
    }

    @Test(
        "what only a kernel socket can filter is refused, instead of never matching",
        arguments: ["inbound", "outbound", "tcp and inbound", "ifindex 3"])
    func refusesKernelFields(expression: String) {
        #expect(refusal(expression)?.contains("not known here") == true)
    }

    @Test("a filter that a frame could make loop is refused", arguments: ["ip", "ip6"])
    func refusesLoops(family: String) {
        #expect(refusal("\(family) protochain 6")?.contains("loop") == true)
    }

    @Test("text beyond the limit is refused before libpcap sees it")
    func refusesLongText() {
        let limit = CaptureFilter.expressionByteCountMax
        #expect(refusal(String(repeating: " ", count: limit)) == nil)
        #expect(refusal(String(repeating: " ", count: limit + 1))?.contains("longer") == true)
        #expect(refusal(String(repeating: "é", count: limit / 2 + 1))?.contains("longer") == true)
    }

    @Test("a program too large to run for each frame is refused")
    func refusesLargePrograms() {
        let expression = Array(repeating: "portrange 1-2", count: 100).joined(separator: " or ")
        #expect(refusal(expression)?.contains("instructions") == true)
    }

    @Test("a zero byte cannot hide the end of an expression")
    func refusesZeroByte() {
        #expect(refusal("tcp\0 or udp") == "it contains a zero byte")
    }

    @Test("deep nesting and long chains are accepted or refused, never a crash")
    func survivesDeepNesting() {
        let brackets = String(repeating: "(", count: 2_000)
        #expect(refusal(brackets) != nil)
        #expect(refusal(brackets + "tcp" + String(repeating: ")", count: 2_000)) == nil)
        #expect(refusal(String(repeating: "not ", count: 1_000) + "ip") == nil)
        _ = refusal("ip[" + Array(repeating: "0", count: 1_500).joined(separator: "+") + "]=0")
    }

    @Test("random words and bytes are accepted or refused, never a crash", arguments: 1...4)
    func survivesRandomText(seed: UInt64) {
        let words = [
            "tcp", "udp", "ip", "ip6", "arp", "port", "not", "and", "or", "(", ")", "[", "]", "<",
            "0", "1", "65535", "4294967295", "=", "&", "vlan", "mpls", "/", "*", "-", "%", "\\",
            "ether", "::", "10.0.0.1", "proto", "less", "greater", "len", ":", "\u{1}", "é", "\"",
            "multicast", "broadcast", "pppoes", "geneve", "tcp[0]", "ip[1:4]", "<<", ">>", "wlan",
        ]
        var random = SeededRandom(seed)
        for _ in 0..<300 {
            let count = Int.random(in: 1...12, using: &random)
            let text = (0..<count).map { _ in words.randomElement(using: &random)! }
            _ = refusal(text.joined(separator: " "))
        }
    }

    @Test("an error says what was refused, why, and where to read on")
    func errorIsASentence() {
        let error = CaptureError.filter(expression: "tcp port", reason: "syntax error")
        #expect(
            "\(error)"
                == "capture filter \"tcp port\" refused: syntax error (see `man pcap-filter`)")
    }
}
