import ControlPlane
import Overlay
import Packet
import PolicyEngine
import Testing

@Suite("DirectoryFile")
struct DirectoryFileTests {
    @Test("the directory of the contract is read")
    func contract() throws {
        let directory = try SampleDirectory.read(SampleDirectory.text)
        #expect(directory.hosts.map(\.name) == ["hv1", "hv2"])
        let host = try #require(directory.host("hv2"))
        #expect(host.publicKeys == [SampleDirectory.keys[1]])
        #expect(host.endpoint == UnderlayAddress("192.0.2.2:51820"))
        #expect(host.address == IPAddress("10.98.0.2"))
        #expect(host.kind == .vswitch && !host.roams && host.persistentKeepalive == nil)
        var vm = Directory.VM(name: "db1", network: "blue", mac: MACAddress("52:54:00:00:00:12")!)
        vm.addresses = [IPAddress("10.66.0.12")!]
        vm.labels = ["role": "db"]
        #expect(host.vms == [vm])
        #expect(directory.others(than: "hv1").map(\.name) == ["hv2"])
    }

    @Test("a fault names its file, line and column, and shows the line")
    func placesFaults() throws {
        let error = #expect(throws: PolicyErrors.self) {
            try SampleDirectory.read("hosts:\n  hv2:\n    adress: 10.98.0.2\n")
        }
        let first = try #require(error?.errors.first)
        #expect(
            first.description == """
                d.yaml:3:5: unknown key `adress`
                        adress: 10.98.0.2
                        ^
                hint: did you mean `address`?
                """)
    }

    @Test(
        "the parts of YAML by which a text can mean more than it shows are refused",
        arguments: [
            ("hosts: &a {}\n", "1:8 anchors (`&`) are not part of directory files"),
            ("hosts: *a\n", "1:8 aliases (`*`)"),
            ("hosts: !!map {}\n", "1:8 tags (`!`)"),
            ("hosts:\n  <<: {}\n", "2:3 merges (`<<`)"),
            ("hosts: {}\nhosts: {}\n", "2:1 `hosts` stands twice"),
            ("hosts: {hv2: {}, hv2: {}}\n", "`hv2` stands twice"),
            ("hosts:\n\thv2: {}\n", "2:1 a tab may not stand here"),
            ("hosts: {a: \"\\u0062\"}\n", "escapes are not part of directory files"),
            ("hosts: |\n  a\n", "block text"),
            ("hosts: {}}\n", "1:10 this bracket closes nothing"),
            ("hosts: [[[[[[[[[[]]]]]]]]]]\n", "more than 8 brackets are open here"),
            ("hosts: {\n", "this is not YAML"),
            ("hosts:\u{202e} {}\n", "U+202E may not stand in a directory file"),
            ("", "the file is empty | a directory file begins with `hosts:`"),
            ("- a\n", "1:1 expected the directory, found a list"),
            ("hosts:\n", "expected hosts by name, found nothing"),
            ("host: {}\n", "1:1 unknown key `host` | did you mean `hosts`?"),
            ("{}\n", "1:1 the key `hosts` is missing"),
        ])
    func refusesCleverness(text: String, words: String) {
        let faults = SampleDirectory.faults(text)
        #expect(faults.contains { $0.contains(words) }, "\(faults)")
    }

    @Test("a file of 1 MiB and a byte is refused unread")
    func refusesOversize() {
        let text = "hosts: {}\n" + String(repeating: "#", count: 1 << 20)
        #expect(SampleDirectory.faults(text).first?.contains("the most is 1048576") == true)
    }

    @Test("brackets may span lines, and the form does not matter")
    func readsEitherForm() throws {
        let key = SampleDirectory.keys[1]
        let json = """
            {"hosts": {"hv2": {"public-key": "\(key)", "endpoint": "192.0.2.2:51820",
              "address": "10.98.0.2", "vms": {"db1": {"network": "blue",
              "mac": "52:54:00:00:00:12", "ip": ["10.66.0.12"], "labels": {"role": "db"}}}}}}
            """
        let block = SampleDirectory.hv2(
            "vms:", "  db1:", "    network: blue", "    mac: 52:54:00:00:00:12", "    ip:",
            "    - 10.66.0.12", "    labels:", "      role: db")
        #expect(try SampleDirectory.read(json) == SampleDirectory.read(block))
    }

    @Test("a directory without hosts is one")
    func readsNothing() throws {
        #expect(try SampleDirectory.read("hosts: {}\n") == Directory())
    }

    @Test("a text cut anywhere is read or refused, and never ends the program")
    func survivesTruncation() {
        let text = SampleDirectory.text
        var count = 0
        for end in text.indices where SampleDirectory.faults(String(text[..<end])).isEmpty {
            count += 1
        }
        // What is cut within a trailing comment or after a whole host still is a directory.
        #expect(count < text.count / 3)
    }
}
