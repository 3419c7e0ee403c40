import Capture
import Packet
import Testing

@Suite("CaptureExporter")
struct CaptureExporterTests {
    static let examples: [FrameExample] = [
        .arp, .ping,
        .partial(.tcp, payload: []),
        .partial(.tcp, payload: [1, 2, 3]),
        .partial(.udp, port: 40_000, payload: Array(repeating: 0xff, count: 1_001)),
        .partial(.tcp, payload: Array(repeating: 0xfe, count: 777), isIPv6: true),
        .partial(.udp, port: 40_000, payload: [1], isIPv6: true),
        .superFrame,
    ]

    /// tshark's `fields` for each packet of `file` that `display` selects; no warning is tolerated.
    private func tshark(
        _ fields: [String], on file: [UInt8], display: String = "frame"
    ) throws -> [[String]] {
        let checks = ["tcp", "udp", "ip"].flatMap { ["-o", "\($0).check_checksum:TRUE"] }
        let arguments =
            ["-r", "@", "-n", "-Y", display, "-T", "fields"] + checks
            + fields.flatMap { ["-e", $0] }
        let outcome = try Tool.run("tshark", arguments, on: file)
        #expect(outcome.status == 0 && outcome.warnings == "")
        return outcome.lines.map {
            $0.split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
        }
    }

    @Test("tshark reads the interface, the time, both lengths, the direction and the comment")
    func tsharkReadsAll() throws {
        let session = try CaptureExample.session([.ping, .arp], filter: "icmp or arp")
        let file = CaptureExample.file(of: session) { record in
            record.timestamp == 0 ? "allow shop/#2 policies/shop.yaml:14" : nil
        }
        let fields = [
            "frame.interface_name", "frame.interface_description", "frame.time_epoch", "frame.len",
            "frame.cap_len", "frame.packet_flags_direction", "frame.comment",
        ]
        #expect(
            try tshark(fields, on: file) == [
                [
                    "tap-web1", "web1", "0.000000000", "50", "50", "0x00000001",
                    "allow shop/#2 policies/shop.yaml:14",
                ],
                ["tap-web1", "web1", "1.000000000", "42", "42", "0x00000001", ""],
            ])
    }

    @Test("a time stamp keeps its nanoseconds")
    func keepsNanoseconds() throws {
        let session = try CaptureExample.session([])
        var note = CaptureExample.note(.delivered)
        note.timestamp = 1_790_000_000_123_456_789
        FrameExample.ping.withFrame { session.tap.offer($0, note) }
        let file = CaptureExample.file(of: session)
        let fields = ["frame.time_epoch", "frame.packet_flags_direction"]
        #expect(try tshark(fields, on: file) == [["1790000000.123456789", "0x00000002"]])
    }

    @Test("tshark finds every transport checksum right, that of a super-frame too")
    func checksumsAreRight() throws {
        let file = CaptureExample.file(of: try CaptureExample.session(Self.examples))
        let good = "tcp.checksum.status == 1 or udp.checksum.status == 1"
        #expect(try tshark(["frame.number"], on: file, display: good).count == 6)
        let bad = "tcp.checksum.status == 0 or udp.checksum.status == 0 or ip.checksum.status == 0"
        #expect(try tshark(["frame.number"], on: file, display: bad) == [])
        let lengths = try tshark(["ip.len", "tcp.len"], on: file, display: "frame.len > 60000")
        #expect(lengths == [["65535", "65495"]])
    }

    @Test("tshark notices a checksum that was not completed: the test above can fail")
    func badChecksumIsNoticed() throws {
        var example = FrameExample.partial(.tcp, payload: [1, 2, 3])
        example.virtio = VirtioNetHeader()
        let file = CaptureExample.file(of: try CaptureExample.session([example]))
        let bad = "tcp.checksum.status == 0"
        #expect(try tshark(["frame.number"], on: file, display: bad) == [["1"]])
    }

    @Test("a snap length cuts frames, and both readers still show the original length")
    func snapLengthCuts() throws {
        let session = try CaptureExample.session(Self.examples)
        let file = CaptureExample.file(of: session, snapByteCount: 60)
        let lengths = try tshark(["frame.cap_len", "frame.len"], on: file)
        #expect(
            lengths == Self.examples.map { ["\(min(60, $0.octets.count))", "\($0.octets.count)"] })
        let tcpdump = try Tool.run("tcpdump", ["-n", "-r", "@"], on: file)
        #expect(tcpdump.status == 0 && tcpdump.warnings == "")
        #expect(tcpdump.lines.last?.contains("length 65495") == true)
    }

    @Test("tcpdump reads every frame, with correct checksums, without a warning")
    func tcpdumpReadsAll() throws {
        let file = CaptureExample.file(of: try CaptureExample.session(Self.examples))
        let outcome = try Tool.run("tcpdump", ["-n", "-v", "-r", "@"], on: file)
        #expect(outcome.status == 0 && outcome.warnings == "")
        #expect(outcome.output.components("cksum 0x") == 4)
        #expect(outcome.output.components("(correct)") == 4)
        #expect(outcome.output.components("[udp sum ok]") == 1)  // -v judges UDP only in IPv6
        #expect(!outcome.output.contains("incorrect") && !outcome.output.contains("bad"))
    }

    @Test("a stream is readable when it ends after any block")
    func readableAfterAnyBlock() throws {
        let file = CaptureExample.file(of: try CaptureExample.session([.ping, .arp]))
        var end = 0
        var packetCounts: [Int] = []
        while end < file.count {
            end += (0..<4).reduce(0) { $0 | Int(file[end + 4 + $1]) << (8 * $1) }
            packetCounts.append(try tshark(["frame.number"], on: Array(file[..<end])).count)
        }
        // Section, interface, two packets, statistics.
        #expect(end == file.count && packetCounts == [0, 0, 1, 2, 2])
    }

    @Test("a capture in which nothing matched is a valid file that names its interface and filter")
    func emptyCapture() throws {
        let file = CaptureExample.file(of: try CaptureExample.session([], filter: "tcp port 80"))
        let outcome = try Tool.run("capinfos", ["-M", "@"], on: file)
        #expect(outcome.status == 0 && outcome.warnings == "")
        for text in [
            "Name = tap-web1", "Description = web1", "Number of packets = 0",
            "Filter string = tcp port 80", "Time precision = nanoseconds (9)",
            "Number of stat entries = 1", "Capture application: vswitch",
        ] {
            #expect(outcome.output.contains(text), "\(text) in \(outcome.output)")
        }
    }

    @Test("each port gets one interface, when its first frame comes")
    func interfacePerPort() throws {
        let narration = CaptureExporter.Narration(
            interface: { PcapNGInterface(name: "port\($0)") }, comment: { _ in nil })
        var exporter = CaptureExporter(.host, narration)
        for number in [5, 3, 5, 9, 3] as [UInt16] {
            FrameExample.ping.withFrame { frame in
                let port = PortNumber(rawValue: number)
                let record = CaptureRecord(frame, at: port, CaptureExample.note())
                exporter.append(CapturedFrame(record, frame.bytes))
            }
        }
        let fields = ["frame.interface_id", "frame.interface_name"]
        let rows = try tshark(fields, on: exporter.takeBytes())
        #expect(
            rows == [
                ["0", "port5"], ["1", "port3"], ["0", "port5"], ["2", "port9"], ["1", "port3"],
            ])
        #expect(exporter.byteCount == 0)
    }

    @Test("a hostile comment stays text: any characters, any length")
    func hostileComments() throws {
        let comments = ["a\"b\\c", "deny shop/no-ssh é 🦊", String(repeating: "x", count: 100_000)]
        for comment in comments {
            let session = try CaptureExample.session([.ping])
            let file = CaptureExample.file(of: session) { _ in comment }
            let rows = try tshark(["frame.number"], on: file, display: "frame.comment")
            #expect(rows == [["1"]])
        }
    }

    @Test("a frame with a hostile virtio header is exported whole, whatever the header says")
    func hostileVirtioHeaders() throws {
        var random = SeededRandom(3)
        let examples = (0..<200).map { _ in
            var example = FrameExample.partial(.tcp, payload: [1, 2, 3])
            example.virtio.checksumStart = .random(in: 0...200, using: &random)
            example.virtio.checksumOffset = .random(in: 0...200, using: &random)
            example.virtio.gsoType = .random(in: 0...255, using: &random)
            return example
        }
        let file = CaptureExample.file(of: try CaptureExample.session(examples))
        #expect(try tshark(["frame.len"], on: file) == examples.map { ["\($0.octets.count)"] })
    }
}

extension String {
    /// How often `part` occurs.
    fileprivate func components(_ part: String) -> Int {
        var (count, rest) = (0, self[...])
        while let range = rest.firstRange(of: part) {
            count += 1
            rest = rest[range.upperBound...]
        }
        return count
    }
}
