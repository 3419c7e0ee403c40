import ControlAPI
import Foundation
import Testing

@Suite("vswctl policy")
struct PolicyCommandTests {
    static var summary: PolicySummary {
        var summary = PolicySummary(name: "shop", tier: "app", path: "shop.yaml", rules: 5)
        summary.governs = ["web1", "db1"]
        return summary
    }

    static var fault: PolicyFault {
        var fault = PolicyFault(path: "shop.yaml", line: 2, column: 9, message: "no group 'wbe'")
        fault.sourceLine = "- allow wbe -> db"
        fault.hint = "did you mean 'web'?"
        return fault
    }

    static let faultText = """
        shop.yaml:2:9: no group 'wbe'
            - allow wbe -> db
                    ^
            hint: did you mean 'web'?

        """

    /// Runs `body` with a policy file.
    func withFile(_ body: (String) throws -> Void) throws {
        let path = NSTemporaryDirectory() + "/vswctl-\(UUID().uuidString).yaml"
        try Data("policy: shop\n".utf8).write(to: URL(fileURLWithPath: path))
        defer { try? FileManager.default.removeItem(atPath: path) }
        try body(path)
    }

    @Test("check sends the texts, and exits with 0 when they are valid")
    func check() throws {
        try withFile { path in
            let reply = PolicyCheckReply(policies: [Self.summary], errors: [], warnings: [])
            let (run, requests) = try CommandLineRun.against(
                ["POST /v1/policy/check": .init(reply)], "policy", "check", path)
            #expect(run.status == 0 && run.output.hasSuffix("valid: 1 policies, 5 rules\n"))
            let body = Pieces(lines: requests.joined())[1]
            let sent = try PolicyRequest.decode(body.utf8)
            #expect(sent.files == [PolicyFileText(path: path, text: "policy: shop\n")])
        }
    }

    @Test("check exits with 1 when they are not, with each error's place, caret and hint")
    func checkFails() throws {
        try withFile { path in
            let reply = PolicyCheckReply(policies: [], errors: [Self.fault], warnings: [])
            let (run, _) = try CommandLineRun.against(
                ["POST /v1/policy/check": .init(reply)], "policy", "check", path)
            #expect(run.status == 1 && run.output.isEmpty)
            #expect(run.error.hasPrefix(Self.faultText + "vswctl: the policy has 1 error"))
            let (json, _) = try CommandLineRun.against(
                ["POST /v1/policy/check": .init(reply)], "policy", "check", path, "--json")
            #expect(json.status == 1 && json.output.contains(#""valid" : false"#))
        }
    }

    @Test("apply says the generation, the policies and what it cuts")
    func apply() throws {
        try withFile { path in
            let reply = PolicyApplyReply(
                generation: 8, cutFlows: 2, policies: [Self.summary], warnings: [Self.fault])
            let (run, _) = try CommandLineRun.against(
                ["PUT /v1/policy": .init(reply)], "policy", "apply", path)
            #expect(run.status == 0)
            #expect(run.output.hasPrefix("warning: shop.yaml:2:9"))
            #expect(run.output.hasSuffix("generation 8 in force: shop; 2 live flows cut\n"))
        }
    }

    @Test("apply passes its flags on, and says until when to confirm")
    func applyFlags() throws {
        try withFile { path in
            var reply = PolicyApplyReply(
                generation: 8, cutFlows: 0, policies: [Self.summary], warnings: [])
            reply.confirmWithin = 60
            let (run, requests) = try CommandLineRun.against(
                ["PUT /v1/policy": .init(reply)], "policy", "apply", path, "--audit",
                "--allow-widening", "--confirm-within", "60")
            #expect(run.output.contains("taken back in 60 s unless you run: vswctl policy confirm"))
            let body = Pieces(lines: requests.joined())[1]
            let sent = try PolicyApplyRequest.decode(body.utf8)
            #expect(sent.audit && sent.allowWidening && sent.confirmWithin == 60)
        }
    }

    @Test("a diff has a line for each change, with a sign")
    func diff() throws {
        try withFile { path in
            var reply = PolicyDiffReply(cutFlows: 2)
            reply.gained = [PolicyChange(from: ["web"], to: ["db"], services: ["tcp/22"])]
            reply.lost = [
                PolicyChange(from: ["any"], to: ["web", "db"], services: []),
                PolicyChange(from: ["any"], to: ["db"], services: ["udp/67"], toAll: true),
            ]
            reply.omittedLost = 3
            var later = PolicyLaterChanges(from: "2027-02-01")
            later.gained = [PolicyChange(from: ["any"], to: ["db"], services: [])]
            reply.later = [later]
            reply.limits = ["shop/http: limit 2000/s, was none"]
            let (run, _) = try CommandLineRun.against(
                ["POST /v1/policy/diff": .init(reply)], "policy", "diff", path)
            #expect(
                run.output == """
                    + web -> db on tcp/22
                    - any -> web, db
                    - any -> db on udp/67 by frames to all
                    - … and 3 more (--all tells them)
                    from 2027-02-01 on, when a rule is over:
                    + any -> db
                    ~ shop/http: limit 2000/s, was none
                    2 live flows would be cut

                    """)
        }
    }

    @Test("a diff that is to be whole says so")
    func wholeDiff() throws {
        try withFile { path in
            for flags in [[], ["--all"]] {
                let daemon = try StubDaemon(
                    ["POST /v1/policy/diff": .init(PolicyDiffReply(cutFlows: 0))])
                defer { daemon.stop() }
                _ = try CommandLineRun(["policy", "diff", path] + flags, socket: daemon.path)
                let body = Pieces(lines: daemon.requests.joined())[1]
                #expect(try PolicyDiffRequest.decode(body.utf8).all == !flags.isEmpty)
            }
        }
    }

    @Test("apply says when the very same files are in force already")
    func appliesNothing() throws {
        try withFile { path in
            var reply = PolicyApplyReply(
                generation: 7, cutFlows: 0, policies: [Self.summary], warnings: [])
            reply.changed = false
            let (run, _) = try CommandLineRun.against(
                ["PUT /v1/policy": .init(reply)], "policy", "apply", path)
            #expect(run.output == "unchanged: these files are in force since generation 7\n")
        }
    }

    @Test("check and diff pass on that the files are meant in audit mode")
    func audits() throws {
        try withFile { path in
            let check = PolicyCheckReply(policies: [Self.summary], errors: [], warnings: [])
            for (command, reply) in [
                ("check", try StubDaemon.Reply(check)),
                ("diff", try StubDaemon.Reply(PolicyDiffReply(cutFlows: 0))),
            ] {
                for flags in [[], ["--audit"]] {
                    let daemon = try StubDaemon(["POST /v1/policy/\(command)": reply])
                    defer { daemon.stop() }
                    let run = try CommandLineRun(
                        ["policy", command, path] + flags, socket: daemon.path)
                    #expect(run.status == 0, "\(run.error)")
                    let body = Pieces(lines: daemon.requests.joined())[1]
                    let isAudited = try PolicyDiffRequest.decode(body.utf8).audit
                    #expect(isAudited == !flags.isEmpty)
                }
            }
        }
    }

    @Test("apply that is refused prints each error, and that nothing was changed")
    func applyFails() throws {
        try withFile { path in
            let problem = Problem(policyErrors: [Self.fault])
            let (run, _) = try CommandLineRun.against(
                ["PUT /v1/policy": .init(problem: problem)], "policy", "apply", path)
            #expect(run.status == 1 && run.output.isEmpty)
            #expect(
                run.error.hasPrefix(Self.faultText) && run.error.contains("nothing was changed"))
            let (json, _) = try CommandLineRun.against(
                ["PUT /v1/policy": .init(problem: problem)], "policy", "apply", path, "--json")
            #expect(json.status == 1 && json.error == run.error)
            let shown = try ControlJSON.decode(Problem.self, from: json.output.utf8)
            #expect(shown == problem)
        }
    }

    @Test("a file that is not there exits with 1, before the daemon is asked")
    func missingFile() throws {
        let run = try CommandLineRun(["policy", "apply", "/nowhere/a.yaml"])
        #expect(run.status == 1)
        #expect(run.error == "vswctl: cannot read /nowhere/a.yaml: No such file or directory\n")
    }
}
