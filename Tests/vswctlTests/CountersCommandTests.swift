import ControlAPI
import Foundation
import Testing

@Suite("vswctl counters")
struct CountersCommandTests {
    @Test("every port is a table, one port is a list")
    func shows() throws {
        let replies = [
            "GET /v1/counters": try StubDaemon.Reply(CounterTextTests.report()),
            "GET /v1/counters/web1": try StubDaemon.Reply(CounterTextTests.report().ports[0]),
        ]
        let (all, _) = try CommandLineRun.against(replies, "counters")
        #expect(all.status == 0 && all.output.hasPrefix("DEVICE"))
        let (one, _) = try CommandLineRun.against(replies, "counters", "web1")
        #expect(one.status == 0 && one.output.contains("  denied_by_policy"))
    }

    @Test("--watch prints them again and again, without clearing what is not a terminal")
    func watches() throws {
        let daemon = try StubDaemon(["GET /v1/counters": .init(CounterTextTests.report())])
        let running = try RunningCommand(["counters", "--watch"], socket: daemon.path)
        while daemon.requests.count < 3 { usleep(20_000) }
        daemon.stop()
        let run = running.wait()
        #expect(run.status == 3)
        #expect(run.output.components(separatedBy: "DEVICE").count >= 3)
        #expect(run.output.contains("IN/S") && !run.output.contains("\u{1B}"))
    }

    @Test("--watch ends quietly when nobody reads any more")
    func endsWithItsReader() throws {
        let daemon = try StubDaemon(["GET /v1/counters": .init(CounterTextTests.report())])
        defer { daemon.stop() }
        let running = try RunningCommand(["counters", "--watch"], socket: daemon.path)
        _ = running.output.fileHandleForReading.availableData
        try running.output.fileHandleForReading.close()
        running.process.waitUntilExit()
        #expect(running.process.terminationStatus == 0)
        #expect(running.error.fileHandleForReading.readDataToEndOfFile().isEmpty)
    }
}
