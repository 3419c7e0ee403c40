import ControlAPI
import Testing

@Suite("vswctl network")
struct NetworkCommandTests {
    static let blue = Network(name: "blue", vni: 10, mtu: 1_500, ports: 2)

    @Test("add sends what was typed, and says what was added")
    func add() throws {
        let (run, requests) = try CommandLineRun.against(
            ["POST /v1/networks": .init(Self.blue)], "network", "add", "blue", "--vni", "10")
        #expect(run.status == 0)
        #expect(run.output == "network blue added: vni 10, mtu 1500\n")
        #expect(requests == ["POST /v1/networks\n" + #"{"name":"blue","vni":10}"#])
    }

    @Test("list is a table; with --json it is the reply")
    func list() throws {
        let replies = ["GET /v1/networks": try StubDaemon.Reply(NetworkList(networks: [Self.blue]))]
        let (table, _) = try CommandLineRun.against(replies, "network", "list")
        #expect(table.output == "NETWORK  VNI   MTU  PORTS\nblue      10  1500      2\n")
        let (json, _) = try CommandLineRun.against(replies, "network", "list", "--json")
        let list = try ControlJSON.decode(NetworkList.self, from: json.output.utf8)
        #expect(list.networks == [Self.blue])
    }

    @Test("show is one field on a line")
    func show() throws {
        let (run, _) = try CommandLineRun.against(
            ["GET /v1/networks/blue": .init(Self.blue)], "network", "show", "blue")
        #expect(run.output.hasPrefix("network  blue\nvni      10\n"))
    }

    @Test("remove says what was removed, in JSON too")
    func remove() throws {
        let replies = ["DELETE /v1/networks/blue": StubDaemon.Reply(bytes: [])]
        let (text, _) = try CommandLineRun.against(replies, "network", "remove", "blue")
        #expect(text.output == "network blue removed\n")
        let (json, _) = try CommandLineRun.against(replies, "network", "remove", "blue", "--json")
        #expect(json.output.contains(#""removed" : "blue""#))
    }
}
