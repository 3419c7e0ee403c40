import ControlAPI
import Testing

@Suite("vswctl overlay")
struct OverlayCommandTests {
    private static let key = String(repeating: "A", count: 43) + "="

    @Test(
        "keygen asks for what its flags say, and prints the public key alone",
        arguments: [([], "generate"), (["--rotate"], "rotate"), (["--retire"], "retire")])
    func keygen(flags: [String], action: String) throws {
        let daemon = try StubDaemon(["POST /v1/overlay/key": .init(OverlayKey(publicKey: Self.key))]
        )
        defer { daemon.stop() }
        let run = try CommandLineRun(["overlay", "keygen"] + flags, socket: daemon.path)
        #expect(run.status == 0 && run.output == "\(Self.key)\n")
        #expect(daemon.requests == ["POST /v1/overlay/key\n{\"action\":\"\(action)\"}"])
    }

    @Test("a key that exists is told with exit status 1; two steps at once are wrong usage")
    func keygenRefused() throws {
        let problem = Problem(
            .conflict, "This host has a key already; it is not overwritten.",
            hint: "Rotate it.")
        let (run, _) = try CommandLineRun.against(
            ["POST /v1/overlay/key": .init(problem: problem)], "overlay", "keygen")
        #expect(run.status == 1 && run.output.isEmpty)
        #expect(run.error.contains("has a key already"))
        #expect(try CommandLineRun(["overlay", "keygen", "--rotate", "--retire"]).status == 2)
        #expect(try CommandLineRun(["overlay"]).status == 2)
    }

    @Test("pubkey is what `wg pubkey` prints, or JSON")
    func pubkey() throws {
        let replies = ["GET /v1/overlay/key": try StubDaemon.Reply(OverlayKey(publicKey: Self.key))]
        let (text, _) = try CommandLineRun.against(replies, "overlay", "pubkey")
        #expect(text.output == "\(Self.key)\n")
        let (json, _) = try CommandLineRun.against(replies, "overlay", "pubkey", "--json")
        #expect(
            try ControlJSON.decode(OverlayKey.self, from: json.output.utf8).publicKey == Self.key)
    }

    private static var peers: OverlayPeerList {
        var first = OverlayPeer(
            host: "hv2", kind: "vswitch", address: "10.98.0.2", publicKey: key)
        first.state = "established"
        first.endpoint = "192.0.2.2:51820"
        (first.handshakeSeconds, first.receivedSeconds, first.pathMTU) = (65, 3, 1_500)
        first.traffic.receivedBytes = 4_096
        let second = OverlayPeer(host: "hv3", kind: "linux", address: "10.98.0.3", publicKey: key)
        return OverlayPeerList(peers: [first, second], dropped: ["replay": 2, "auth": 1])
    }

    @Test("peers is a table, with the drops below by reason")
    func peers() throws {
        let replies = ["GET /v1/overlay/peers": try StubDaemon.Reply(Self.peers)]
        let (run, _) = try CommandLineRun.against(replies, "overlay", "peers")
        let lines = run.output.split(separator: "\n").map { $0.split(separator: " ") }
        #expect(lines[0].starts(with: ["HOST", "STATE", "ENDPOINT", "ADDRESS", "HANDSHAKE"]))
        #expect(
            lines[1].starts(with: [
                "hv2", "established", "192.0.2.2:51820", "10.98.0.2", "1m", "5s", "3s", "1500",
            ]))
        #expect(lines[2].starts(with: ["hv3", "idle", "-", "10.98.0.3", "never", "never"]))
        #expect(run.output.hasSuffix("dropped auth: 1\ndropped replay: 2\n"))
    }

    @Test("without other hosts, peers says how to have some")
    func noPeers() throws {
        let replies = ["GET /v1/overlay/peers": try StubDaemon.Reply(OverlayPeerList(peers: []))]
        let (run, _) = try CommandLineRun.against(replies, "overlay", "peers")
        #expect(run.status == 0 && run.output.contains("vswctl directory apply"))
    }

    @Test("mtu shows the derivation for one host or for each")
    func mtu() throws {
        let one = OverlayMTUDerivation(
            host: "hv2", path: 1_500, guest: 1_390, lines: ["   1500  underlay MTU"])
        let reply = try StubDaemon.Reply(OverlayMTUList(hosts: [one]))
        let (run, _) = try CommandLineRun.against(
            ["GET /v1/overlay/mtu?host=hv2": reply], "overlay", "mtu", "hv2")
        #expect(run.output == "to hv2: path 1500, guests 1390\n   1500  underlay MTU\n")
        let (all, _) = try CommandLineRun.against(
            ["GET /v1/overlay/mtu": reply], "overlay", "mtu")
        #expect(all.output == run.output)
    }

    @Test("rekey names the host, or none for every one")
    func rekey() throws {
        let reply = try StubDaemon.Reply(RekeyReply(hosts: ["hv2"]))
        let (one, requests) = try CommandLineRun.against(
            ["POST /v1/overlay/rekey": reply], "overlay", "rekey", "hv2")
        #expect(one.output == "handshake with hv2 begun\n")
        #expect(requests == ["POST /v1/overlay/rekey\n{\"host\":\"hv2\"}"])
        let (none, all) = try CommandLineRun.against(
            ["POST /v1/overlay/rekey": .init(RekeyReply(hosts: []))], "overlay", "rekey")
        #expect(none.output == "there is no other host\n")
        #expect(all == ["POST /v1/overlay/rekey\n{}"])
    }

    @Test("export-wg and protect-host print what can be piped on, and nothing else")
    func scripts() throws {
        let export = OverlayExport(host: "hv3", script: "set -e\nip link\n")
        let (script, _) = try CommandLineRun.against(
            ["GET /v1/overlay/export-wg/hv3": .init(export)], "overlay", "export-wg", "hv3")
        #expect(script.output == "set -e\nip link\n")
        let rules = OverlayProtection(devices: ["eth0"], rules: "table inet x {}\n")
        let (text, requests) = try CommandLineRun.against(
            ["GET /v1/overlay/protect-host?device=eth0&device=eth1": .init(rules)], "overlay",
            "protect-host", "--device", "eth0", "--device", "eth1")
        #expect(text.output == "table inet x {}\n" && requests.count == 1)
    }

    @Test("show tells how this host meets the others, and why not")
    func show() throws {
        var report = OverlayReport(
            listen: "0.0.0.0:51820", address: "10.98.0.1", underlayMTU: 1_500)
        report.reason = "This host has no key yet; make one"
        let (run, _) = try CommandLineRun.against(
            ["GET /v1/overlay": .init(report)], "overlay", "show")
        #expect(run.output.hasPrefix("running       no: This host has no key yet; make one\n"))
        #expect(run.output.contains("underlay mtu  1500\n"))
    }
}
