import ControlAPI
import Testing

extension DirectoryRequest {
    /// A request in which every field is set.
    static let sample = DirectoryRequest(path: "hosts.yaml", text: "hosts: {}\n")
}

extension DirectoryShow {
    /// A directory in which every field is set.
    static var sample: DirectoryShow {
        var vm = DirectoryVM(name: "db1", network: "blue", mac: "52:54:00:00:00:12")
        vm.ip = ["10.66.0.12"]
        vm.labels = ["role": "db"]
        var host = DirectoryHost(name: "hv2", own: false, kind: "vswitch")
        host.publicKeys = ["AAAA="]
        host.presharedKeyFile = "/etc/vswitch/hv2.psk"
        host.endpoint = "192.0.2.2:51820"
        host.address = "10.98.0.2"
        host.roaming = true
        host.persistentKeepalive = 25
        host.vms = [vm]
        return DirectoryShow(
            generation: 7, path: "hosts.yaml", hosts: [host], text: "hosts: …\n")
    }
}

@Suite("Directory")
struct DirectoryTests {
    @Test(
        "a request needs a path and a text, and nothing else",
        arguments: [
            (#"{"path": "a"}"#, "text"), (#"{"text": "a"}"#, "path"),
            (#"{"path": "a", "text": 1}"#, "text"),
            (#"{"path": "a", "text": "b", "files": []}"#, "files"),
        ])
    func isStrict(json: String, field: String) {
        let problem = #expect(throws: Problem.self) { try DirectoryRequest.decode(json.utf8) }
        #expect(problem?.field == field)
    }

    @Test("a check without errors is valid, and with one it is not")
    func judges() {
        #expect(DirectoryCheckReply(hosts: 1, vms: 1, errors: []).valid)
        #expect(!DirectoryCheckReply(hosts: 0, vms: 0, errors: [.sample]).valid)
    }
}
