import ControlAPI
import Testing

@Suite("vswctl")
struct VswctlTests {
    @Test(
        "help is no failure, and goes to standard output",
        arguments: [
            ["--help"], [], ["help", "capture"], ["port", "attach", "--help"],
            ["policy", "apply", "--help"], ["network", "--help"], ["counters", "-h"],
        ])
    func help(arguments: [String]) throws {
        let run = try CommandLineRun(arguments)
        #expect(run.status == 0)
        #expect(run.output.contains("USAGE: vswctl"))
        #expect(run.error.isEmpty)
    }

    @Test(
        "wrong usage exits with 2 and says what is wrong",
        arguments: [
            ["bogus"], ["status", "surplus"], ["status", "--nope"], ["network"], ["port"],
            ["policy"], ["flow"], ["network", "add", "blue"],
            ["network", "add", "a", "--vni", "x"],
            ["port", "attach", "web1"], ["port", "attach", "web1", "--uplink", "--vm", "a"],
            ["port", "attach", "web1", "--vm", "a", "--mode", "bridge"],
            ["port", "attach", "web1", "--vm", "a", "--label", "role"],
            ["port", "attach", "web1", "--vm", "a", "--label", "=x"],
            ["port", "attach", "web1", "--vm", "a", "--label", "k=1", "--label", "k=2"],
            ["port", "attach", "web1", "--vm", "a", "--vlan", "5"], ["policy", "check"],
            ["policy", "explain", "a", "b"], ["flow", "list", "--verdict", "maybe"],
            ["capture"], ["capture", "a", "a"], ["capture", "a", "--count", "0"],
            ["capture", "a", "--duration", "1w"], ["capture", "a", "--snaplen", "1"],
            ["capture", "a", "--json", "--write", "-"], ["capture", "a", "--point", "host"],
            ["policy", "diff"], ["policy", "rollback"], ["policy", "rollback", "x"],
            ["policy", "apply", "a", "--confirm-within", "0"], ["why"],
            ["why", "a", "--last", "0"], ["overlay"], ["overlay", "peers", "surplus"],
            ["directory"],
        ])
    func usage(arguments: [String]) throws {
        let run = try CommandLineRun(arguments)
        #expect(run.status == 2)
        #expect(run.output.isEmpty)
        #expect(run.error.contains("Error: ") && run.error.contains("Usage: vswctl"))
    }

    @Test(
        "a daemon that is not there exits with 3 and one sentence, whatever was asked",
        arguments: [
            ["status"], ["network", "list"], ["port", "show", "web1"], ["policy", "show"],
            ["flow", "list", "--follow"], ["counters", "--watch"], ["capture", "web1"],
            ["capture", "web1", "--write", "/nowhere/a.pcapng"], ["status", "--json"],
        ])
    func unreachable(arguments: [String]) throws {
        let run = try CommandLineRun(arguments)
        #expect(run.status == 3)
        #expect(run.output.isEmpty)
        #expect(run.error.hasPrefix("vswctl: cannot reach vswitchd at /nowhere/control.sock: "))
        #expect(run.error.count { $0 == "\n" } == 1)
    }

    @Test("--socket comes before the environment")
    func socketOption() throws {
        let run = try CommandLineRun(["status", "--socket", "/elsewhere.sock"])
        #expect(run.status == 3 && run.error.contains("/elsewhere.sock"))
    }

    @Test("what the daemon refuses exits with 1 and one sentence: what, why, what to do")
    func refused() throws {
        let problem = Problem(
            .conflict, "The network blue still has 2 ports.", hint: "Detach them first.")
        let (run, requests) = try CommandLineRun.against(
            ["DELETE /v1/networks/blue": .init(problem: problem)], "network", "remove", "blue")
        #expect(run.status == 1)
        #expect(
            run.error == "vswctl: The network blue still has 2 ports; detach them first\n")
        #expect(requests == ["DELETE /v1/networks/blue"])
    }

    @Test("what is not there yet says so, asks nothing, and exits with 1")
    func notYet() throws {
        let run = try CommandLineRun(["capture", "web1", "--point", "underlay"])
        #expect(run.status == 1 && run.error.contains("not yet"))
    }

    @Test("the version is printed")
    func version() throws {
        #expect(try CommandLineRun(["--version"]).output == Product.version + "\n")
    }

    @Test("completions are made for each shell", arguments: ["bash", "zsh", "fish"])
    func completions(shell: String) throws {
        let run = try CommandLineRun(["--generate-completion-script", shell])
        #expect(run.status == 0 && run.output.contains("vhost-user"))
    }

    @Test("the help of every command fits 80 columns, and every option is explained")
    func helpIsWhole() throws {
        let commands = [
            "status", "network add", "network list", "network show", "network remove",
            "port attach", "port detach", "port list", "port show", "policy check",
            "policy apply", "policy show", "policy explain", "flow list", "capture", "counters",
        ]
        for command in commands {
            let words = command.split(separator: " ").map(String.init)
            let text = try CommandLineRun(words + ["--help"]).output
            #expect(text.contains("--json") && text.contains("--socket"), "\(command)")
            let options = text.firstRange(of: "OPTIONS:").map { text[..<$0.lowerBound] } ?? ""
            let lines = options.split(separator: "\n").filter { !$0.hasPrefix("USAGE:") }
            #expect(lines.allSatisfy { $0.count <= 80 }, "\(command)")
        }
    }
}
