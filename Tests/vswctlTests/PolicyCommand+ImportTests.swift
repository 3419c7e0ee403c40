import ControlAPI
import Foundation
import Testing

extension PolicyCommandTests {
    @Test("import sends the files, and writes the policy alone to standard output")
    func importsPolicies() throws {
        try withFile { path in
            let reply = PolicyImportReply(
                text: "policy: kubernetes\n", policies: 1, notes: [Self.fault])
            let (run, requests) = try CommandLineRun.against(
                ["POST /v1/policy/import": .init(reply)], "policy", "import", path,
                "--namespace-label", "ns", "--name", "k8s")
            #expect(run.status == 0 && run.output == "policy: kubernetes\n")
            #expect(run.error == "note: " + Self.faultText)
            let sent = try PolicyImportRequest.decode(Pieces(lines: requests.joined())[1].utf8)
            #expect(sent.namespaceLabel == "ns" && sent.name == "k8s")
            #expect(sent.files == [PolicyFileText(path: path, text: "policy: shop\n")])
        }
    }

    @Test("import that is refused writes nothing but each reason with its line")
    func importFails() throws {
        try withFile { path in
            let problem = Problem(policyErrors: [Self.fault])
            let (run, _) = try CommandLineRun.against(
                ["POST /v1/policy/import": .init(problem: problem)], "policy", "import", path)
            #expect(run.status == 1 && run.output.isEmpty && run.error.hasPrefix(Self.faultText))
        }
    }

    @Test("recommend wants to be told its source, and writes the policy to standard output")
    func recommends() throws {
        let reply = PolicyRecommendReply(text: "policy: seen\n", connections: 3, truncated: true)
        let (run, requests) = try CommandLineRun.against(
            ["POST /v1/policy/recommend": .init(reply)], "policy", "recommend", "--from-flows",
            "--vm", "web1", "--vm", "db1")
        #expect(run.status == 0 && run.output == "policy: seen\n")
        #expect(run.error.contains("more connections live"))
        let sent = try PolicyRecommendRequest.decode(Pieces(lines: requests.joined())[1].utf8)
        #expect(sent == PolicyRecommendRequest(vms: ["web1", "db1"]))
        let bare = try CommandLineRun(["policy", "recommend"])
        #expect(bare.status == 2 && bare.error.contains("--from-flows"))
    }

    /// Runs `body` with a file of these bytes.
    private func withCapture(_ bytes: [UInt8], _ body: (String) throws -> Void) throws {
        let path = NSTemporaryDirectory() + "/vswctl-\(UUID().uuidString).pcapng"
        try Data(bytes).write(to: URL(fileURLWithPath: path))
        defer { try? FileManager.default.removeItem(atPath: path) }
        try body(path)
    }

    /// Checks a policy against a capture of these bytes, before a daemon that answers `reply`.
    private func replay(
        _ capture: [UInt8], _ reply: ReplayReply, _ more: String...
    ) throws -> (run: CommandLineRun, requests: [String]) {
        let check = PolicyCheckReply(policies: [Self.summary], errors: [], warnings: [])
        let daemon = try StubDaemon([
            "POST /v1/policy/check": .init(check), "POST /v1/policy/replay": .init(reply),
        ])
        defer { daemon.stop() }
        var run: CommandLineRun?
        try withFile { policy in
            try withCapture(capture) { path in
                run = try CommandLineRun(
                    ["policy", "check", policy, "--replay", path] + more, socket: daemon.path)
            }
        }
        return (try #require(run), daemon.requests)
    }

    @Test("check --replay sends the frames, and lists what would change, with totals")
    func replays() throws {
        let sample = PcapNGSample()
        let capture = sample.section + sample.interface("web1") + sample.packet(0, 7, [1, 2, 3])
        let reply = ReplayReply(connections: [.allowedThenDenied], ignored: ReplayIgnored())
        let (run, requests) = try replay(capture, reply)
        #expect(
            run.status == 0 && run.output.contains("valid: 1 policies, 5 rules\ndeny, was allow"))
        #expect(run.output.hasSuffix("1 connection, 1 would be denied, 0 would be allowed\n"))
        let body = Pieces(lines: requests.last ?? "")[1]
        let sent = try ReplayRequest.decode(body.utf8)
        #expect(sent.interfaces == ["web1"] && sent.files.count == 1)
        #expect(sent.frames == [ReplayFrame(interface: 0, length: 3, data: "AQID")])
        let (json, _) = try replay(capture, reply, "--json")
        #expect(try ControlJSON.decode(ReplayReply.self, from: json.output.utf8) == reply)
    }

    @Test(
        "a capture of another kind is refused in a sentence",
        arguments: [
            ([0xD4, 0xC3, 0xB2, 0xA1] + [UInt8](repeating: 0, count: 20), "editcap -F pcapng"),
            ([UInt8]("hello, this is text".utf8), "is no pcapng file"), ([], "is no pcapng file"),
            (Array(PcapNGSample().section.dropLast()), "was cut off"),
        ])
    func refusesOthers(capture: [UInt8], sentence: String) throws {
        let reply = ReplayReply(connections: [], ignored: ReplayIgnored())
        let (run, _) = try replay(capture, reply)
        #expect(run.status == 1 && run.error.contains(sentence), "\(run.error)")
    }
}
