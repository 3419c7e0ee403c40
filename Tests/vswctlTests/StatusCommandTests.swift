import ControlAPI
import Foundation
import Testing

@Suite("vswctl status")
struct StatusCommandTests {
    static var status: Status {
        var status = Status()
        status.name = "hv1"
        status.processID = 4711
        status.uptimeSeconds = 7_500
        status.generation = 7
        status.policies = 2
        status.ports = PortTally(open: 3, closed: 1)
        status.peers = PeerTally(listed: 3, established: 2)
        return status
    }

    @Test("the daemon at a glance")
    func shows() throws {
        let (run, _) = try CommandLineRun.against(
            ["GET /v1/status": .init(Self.status)], "status")
        #expect(run.status == 0)
        #expect(run.output.contains("up           2h 5m\n"))
        #expect(run.output.contains("ports        3 open, 1 closed, 0 missing\n"))
        #expect(run.output.contains("peers        2 established of 3\n"))
        #expect(!run.output.contains("warning"))
    }

    @Test("warnings stand at the end, and no policy says what that means")
    func warns() throws {
        var status = Self.status
        status.policies = 0
        status.warnings = ["the state database is full"]
        let (run, _) = try CommandLineRun.against(["GET /v1/status": .init(status)], "status")
        #expect(run.output.contains("none: every port is closed"))
        #expect(run.output.hasSuffix("warning: the state database is full\n"))
    }

    @Test("--json is the reply itself")
    func json() throws {
        let (run, _) = try CommandLineRun.against(
            ["GET /v1/status": .init(Self.status)], "status", "--json")
        #expect(try ControlJSON.decode(Status.self, from: run.output.utf8) == Self.status)
    }

    @Test("an output that cannot be written exits with 1, and says why")
    func fullOutput() throws {
        let daemon = try StubDaemon(["GET /v1/status": .init(Self.status)])
        defer { daemon.stop() }
        for arguments in [["status"], ["--help"]] {
            let full = try #require(FileHandle(forWritingAtPath: "/dev/full"))
            let running = try RunningCommand(arguments, socket: daemon.path, output: full)
            let run = running.wait()
            #expect(run.status == 1 && run.error.contains("No space left"))
        }
    }
}
