import ControlAPI
import Foundation
import Testing

@Suite("vswctl flow")
struct FlowCommandTests {
    @Test("list tells what was only recorded, and where the rule stands")
    func listAudited() throws {
        var flow = FlowTextTests.flow()
        flow.verdict = .allow
        flow.audited = true
        flow.reason = nil
        flow.rules = [RuleReference(name: "shop/rj", file: "p/shop.yaml", line: 5)]
        let (run, _) = try CommandLineRun.against(
            ["GET /v1/flows": .init(FlowList(flows: [flow]))], "flow", "list")
        let line = Pieces(lines: run.output)[1]
        #expect(line.contains("  allow (audit: would refuse)  "), "\(line)")
        #expect(line.hasSuffix("shop/rj p/shop.yaml:5"), "\(line)")
    }

    @Test("list asks with its limits, and is a table")
    func list() throws {
        let (run, requests) = try CommandLineRun.against(
            [
                "GET /v1/flows?vm=web1&verdict=deny": .init(
                    FlowList(flows: [FlowTextTests.flow()], truncated: true))
            ], "flow", "list", "--vm", "web1", "--verdict", "deny")
        #expect(run.status == 0 && requests.count == 1)
        let lines = Pieces(lines: run.output)
        #expect(lines[1].contains("web1 10.66.0.11:40000  [fd00::12]:22  tcp/22   closed  deny"))
        #expect(lines[2].hasPrefix("there are more"))
    }

    @Test("--follow prints a flow once, and ends when the daemon does", arguments: [false, true])
    func follow(json: Bool) throws {
        let list = try StubDaemon.Reply(FlowList(flows: [FlowTextTests.flow()]))
        let daemon = try StubDaemon(["GET /v1/flows": list])
        let arguments = ["flow", "list", "--follow"] + (json ? ["--json"] : [])
        let running = try RunningCommand(arguments, socket: daemon.path)
        while daemon.requests.count < 3 { usleep(20_000) }
        daemon.stop()
        let run = running.wait()
        #expect(run.status == 3)
        let lines = run.output.split(separator: "\n")
        #expect(lines.count == 1)
        #expect(lines.first?.hasPrefix(json ? "{" : "deny tcp web1 10.66.0.11:40000") == true)
    }
}
