import ControlAPI
import Foundation
import Testing

@Suite("vswctl directory")
struct DirectoryCommandTests {
    /// Runs `vswctl directory VERB FILE` against `reply`, with a file of this text.
    private func run(
        _ verb: String, _ route: String, _ reply: StubDaemon.Reply, text: String = "hosts: {}\n"
    ) throws -> (run: CommandLineRun, requests: [String], path: String) {
        let path = NSTemporaryDirectory() + "/hosts-\(UUID().uuidString).yaml"
        try Data(text.utf8).write(to: URL(fileURLWithPath: path))
        defer { try? FileManager.default.removeItem(atPath: path) }
        let (run, requests) = try CommandLineRun.against([route: reply], "directory", verb, path)
        return (run, requests, path)
    }

    @Test("check sends the file under the name that was typed, and counts what is in it")
    func checksGood() throws {
        let reply = DirectoryCheckReply(hosts: 2, vms: 5, errors: [])
        let (run, requests, path) = try run("check", "POST /v1/directory/check", .init(reply))
        #expect(run.status == 0)
        #expect(run.output == "valid: 2 other hosts with 5 VM interfaces\n")
        let body = try #require(requests.first?.split(separator: "\n").last)
        #expect(
            try DirectoryRequest.decode(body.utf8)
                == DirectoryRequest(path: path, text: "hosts: {}\n"))
    }

    @Test("check shows each error with its line and a caret, and exits with 1")
    func checksBad() throws {
        var fault = PolicyFault(path: "hosts.yaml", line: 3, column: 5, message: "unknown key")
        fault.sourceLine = "    adress: 10.98.0.2"
        fault.hint = "did you mean `address`?"
        let reply = DirectoryCheckReply(hosts: 0, vms: 0, errors: [fault])
        let (run, _, _) = try run("check", "POST /v1/directory/check", .init(reply))
        #expect(run.status == 1 && run.output.isEmpty)
        #expect(
            run.error == """
                hosts.yaml:3:5: unknown key
                        adress: 10.98.0.2
                        ^
                    hint: did you mean `address`?
                vswctl: the directory has 1 error; correct the lines above

                """)
    }

    @Test("apply says what is in force now, and what to look at")
    func applies() throws {
        let reply = DirectoryApplyReply(
            generation: 9, hosts: 1, vms: 2, warnings: ["Host 'hv2' has never answered."])
        let (run, _, _) = try run("apply", "PUT /v1/directory", .init(reply))
        #expect(run.status == 0)
        #expect(
            run.output == """
                warning: Host 'hv2' has never answered.
                directory applied: 1 other host with 2 VM interfaces, generation 9

                """)
    }

    @Test("an apply that is refused shows the errors that the daemon found")
    func refusesApply() throws {
        let fault = PolicyFault(path: "hosts.yaml", line: 1, column: 1, message: "no hosts")
        let (run, _, _) = try run(
            "apply", "PUT /v1/directory", .init(problem: Problem(directoryErrors: [fault])))
        #expect(run.status == 1)
        #expect(run.error.hasPrefix("hosts.yaml:1:1: no hosts\nvswctl: The directory has 1 error"))
    }

    @Test("a file that is missing, or no text, never reaches the daemon")
    func readsFiles() throws {
        let missing = try CommandLineRun(["directory", "check", "/nowhere/hosts.yaml"])
        #expect(missing.status == 1)
        #expect(missing.error.contains("cannot read /nowhere/hosts.yaml: No such file"))
        #expect(try CommandLineRun(["directory", "apply"]).status == 2)
        #expect(try CommandLineRun(["directory"]).status == 2)
    }

    @Test("show lists hosts and their VMs; without a directory it says what that means")
    func shows() throws {
        var vm = DirectoryVM(name: "db1", network: "blue", mac: "52:54:00:00:00:12")
        vm.ip = ["10.66.0.12"]
        vm.labels = ["role": "db"]
        var host = DirectoryHost(name: "hv2", own: false, kind: "vswitch")
        host.vms = [vm]
        let own = DirectoryHost(name: "hv1", own: true, kind: "vswitch")
        let some = DirectoryShow(generation: 7, path: "h.yaml", hosts: [own, host], text: "")
        let (table, _) = try CommandLineRun.against(
            ["GET /v1/directory": .init(some)], "directory", "show")
        #expect(table.output.contains("hv1 (this host)  vswitch"))
        #expect(
            table.output.contains("db1  hv2   blue     52:54:00:00:00:12  10.66.0.12  role=db\n"))
        let none = DirectoryShow(generation: 0, path: "", hosts: [], text: "")
        let (empty, _) = try CommandLineRun.against(
            ["GET /v1/directory": .init(none)], "directory", "show")
        #expect(empty.output == "no directory is in force: this host meets no other\n")
    }
}
