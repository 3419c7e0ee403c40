import ControlAPI
import Foundation
import Testing
import vswctl

@Suite("vswctl capture")
struct CaptureCommandTests {
    static func stream(_ device: String, packets: Int) -> [UInt8] {
        let sample = PcapNGSample()
        let blocks = (0..<packets).map { number in
            sample.packet(0, 1_000_000_000 + UInt64(number), [1, 2, 3], ("allow by a/#1", 1))
        }
        return sample.section + sample.interface(device) + blocks.joined()
    }

    static func replies(_ packets: Int, staysOpen: Bool = false) -> [String: StubDaemon.Reply] {
        Dictionary(
            uniqueKeysWithValues: ["web1", "db1"].map { device in
                let bytes = stream(device, packets: packets)
                return (
                    "GET /v1/ports/\(device)/capture", .init(bytes: bytes, staysOpen: staysOpen)
                )
            })
    }

    @Test("without --write each packet is a line, and the count goes to standard error")
    func lines() throws {
        let (run, _) = try CommandLineRun.against(Self.replies(2), "capture", "web1")
        #expect(run.status == 0 && run.error == "2 packets captured\n")
        #expect(
            run.output == """
                00:00:01.000000000 web1 in  3 B  allow by a/#1
                00:00:01.000000001 web1 in  3 B  allow by a/#1

                """)
    }

    @Test("with --json each packet is an object on a line")
    func json() throws {
        let (run, _) = try CommandLineRun.against(Self.replies(1), "capture", "web1", "--json")
        let packet = try ControlJSON.decode(CapturedPacket.self, from: run.output.utf8)
        #expect(packet.comment == "allow by a/#1" && packet.nanoseconds == 1_000_000_000)
    }

    @Test("--write - gives the daemon's stream, byte for byte")
    func raw() throws {
        let daemon = try StubDaemon(Self.replies(3))
        defer { daemon.stop() }
        let running = try RunningCommand(["capture", "web1", "--write", "-"], socket: daemon.path)
        let data = running.output.fileHandleForReading.readDataToEndOfFile()
        #expect(Array(data) == Self.stream("web1", packets: 3))
        #expect(running.wait().status == 0)
    }

    @Test("--write FILE makes a file that only its owner may read, of all devices")
    func file() throws {
        let path = NSTemporaryDirectory() + "/vswctl-\(UUID().uuidString).pcapng"
        defer { try? FileManager.default.removeItem(atPath: path) }
        let (run, _) = try CommandLineRun.against(
            Self.replies(2), "capture", "web1", "db1", "--write", path)
        #expect(run.status == 0 && run.error == "4 packets captured\n")
        let bytes = Array(try Data(contentsOf: URL(fileURLWithPath: path)))
        var decoder = PacketDecoder()
        let packets = try PcapNGSample.blocks(bytes).compactMap { decoder.decode($0) }
        #expect(packets.map(\.device).sorted() == ["db1", "db1", "web1", "web1"])
        let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions]
        #expect(mode as? Int == 0o600)
    }

    @Test("--count ends a capture that does not end by itself")
    func count() throws {
        let stream = StubDaemon.Reply(bytes: Self.stream("web1", packets: 5), staysOpen: true)
        let (run, _) = try CommandLineRun.against(
            ["GET /v1/ports/web1/capture?count=3": stream], "capture", "web1", "--count", "3")
        #expect(run.status == 0 && run.error == "3 packets captured\n")
        #expect(run.output.split(separator: "\n").count == 3)
    }

    @Test("SIGINT and SIGTERM end a capture cleanly", arguments: [SIGINT, SIGTERM])
    func interrupt(signal: CInt) throws {
        let daemon = try StubDaemon(Self.replies(1, staysOpen: true))
        defer { daemon.stop() }
        let running = try RunningCommand(["capture", "web1"], socket: daemon.path)
        let first = running.output.fileHandleForReading.availableData
        #expect(!first.isEmpty)
        kill(running.process.processIdentifier, signal)
        let run = running.wait()
        #expect(run.status == 0 && run.error == "1 packet captured\n")
    }

    @Test("a capture whose reader has gone ends quietly")
    func endsWithItsReader() throws {
        let daemon = try StubDaemon(Self.replies(50_000))
        defer { daemon.stop() }
        let running = try RunningCommand(["capture", "web1"], socket: daemon.path)
        _ = running.output.fileHandleForReading.availableData
        try running.output.fileHandleForReading.close()
        running.process.waitUntilExit()
        #expect(running.process.terminationStatus == 0)
        #expect(running.error.fileHandleForReading.readDataToEndOfFile().isEmpty)
    }

    @Test("a refused filter exits with 1, and leaves no file behind")
    func refused() throws {
        let path = NSTemporaryDirectory() + "/vswctl-\(UUID().uuidString).pcapng"
        let problem = Problem(.invalidRequest, "The filter has a syntax error.", field: "filter")
        let (run, _) = try CommandLineRun.against(
            ["GET /v1/ports/web1/capture?filter=tcp%20prt": .init(problem: problem)],
            "capture", "web1", "--filter", "tcp prt", "--write", path)
        #expect(run.status == 1 && run.error == "vswctl: The filter has a syntax error\n")
        #expect(!FileManager.default.fileExists(atPath: path))
    }

    @Test("a full disk exits with 1 and says so")
    func fullDisk() throws {
        let (run, _) = try CommandLineRun.against(
            Self.replies(1), "capture", "web1", "--write", "/dev/full")
        #expect(run.status == 1 && run.error.contains("No space left"))
    }

    @Test("a stream that is not pcapng exits with 1 and says so")
    func damaged() throws {
        let (run, _) = try CommandLineRun.against(
            ["GET /v1/ports/web1/capture": .init(bytes: Array("garbage garbage".utf8))],
            "capture", "web1")
        #expect(run.status == 1 && run.error.contains("damaged"))
    }
}
