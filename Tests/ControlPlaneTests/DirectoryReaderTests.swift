import ControlPlane
import Packet
import Testing

@Suite("DirectoryReader")
struct DirectoryReaderTests {
    @Test("a host may have two keys, a shared key, roam, and be kept alive")
    func readsExtensions() throws {
        let directory = try SampleDirectory.read(
            """
            hosts:
              laptop:
                public-keys: [\(SampleDirectory.keys[2]), \(SampleDirectory.keys[1])]
                preshared-key-file: /etc/vswitch/laptop.psk
                address: 10.98.0.9
                kind: linux
                roaming: true
                persistent-keepalive: 25

            """)
        let host = try #require(directory.host("laptop"))
        #expect(host.publicKeys == [SampleDirectory.keys[2], SampleDirectory.keys[1]])
        #expect(host.presharedKeyFile == "/etc/vswitch/laptop.psk")
        #expect(host.kind == .linux && host.roams && host.persistentKeepalive == 25)
        #expect(host.endpoint == nil && host.vms.isEmpty)
    }

    @Test(
        "each key of a host takes what it names, and nothing else",
        arguments: [
            ("public-key: AAAA", "4:17 `AAAA` is not a public key"),
            ("public-keys: [AAAA]", "4:19 `AAAA` is not a public key"),
            ("preshared-key-file: psk", "4:25 `psk` is not the path of a file"),
            ("preshared-key-file: [/a]", "expected the path of a file, found a list"),
            ("endpoint: hv2.example:51820", "is not an address and a UDP port"),
            ("endpoint: 192.0.2.2", "4:15 `192.0.2.2` is not an address and a UDP port"),
            ("endpoint: 192.0.2.2:0", "is not an address and a UDP port"),
            ("endpoint: 0.0.0.0:51820", "is not an address and a UDP port"),
            ("endpoint: 224.0.0.1:51820", "is not an address and a UDP port"),
            ("kind: windows", "4:11 `windows` is not a kind of host"),
            ("roaming: yes", "4:14 `yes` is not `true` or `false`"),
            ("persistent-keepalive: 0", "is not a number of seconds"),
            ("persistent-keepalive: 65536", "is not a number of seconds"),
            ("persistent-keepalive: 1.5", "is not a number of seconds"),
            ("vms: [db1]", "4:10 expected VMs by name, found a list"),
            ("groups: {}", "4:5 unknown key `groups`"),
        ])
    func checksHosts(line: String, words: String) {
        let faults = SampleDirectory.faults(
            "hosts:\n  hv2:\n    address: 10.98.0.2\n    \(line)\n")
        #expect(faults.contains { $0.contains(words) }, "\(faults)")
    }

    @Test("one of `public-key` and `public-keys` is enough")
    func refusesBothKeys() {
        let faults = SampleDirectory.faults(
            SampleDirectory.hv2("public-keys: [\(SampleDirectory.keys[2])]"))
        #expect(faults.first?.hasPrefix("6:5 `public-key` and `public-keys` say the same") == true)
    }

    @Test(
        "a name is one that policies can say, and a text for every reader of YAML",
        arguments: [
            ("\"h v\"", "cannot be the name of a host"), ("-hv", "cannot be the name of a host"),
            ("no", "`no` without quotes is a boolean in YAML, not the name of a host"),
            ("1", "`1` without quotes is a number in YAML"), ("\"\"", "cannot be"),
            ("h/v", "cannot be the name of a host"),
            (String(repeating: "a", count: 129), "128 bytes at most"),
        ])
    func checksNames(name: String, words: String) {
        let faults = SampleDirectory.faults("hosts:\n  \(name): {}\n")
        #expect(faults.contains { $0.contains(words) }, "\(faults)")
    }

    @Test("a quoted number is a name")
    func takesQuotedNames() throws {
        let text = SampleDirectory.vms(
            "\"1\": {network: blue, mac: 52:54:00:00:00:12, labels: {\"tier\": \"1\"}}")
        #expect(try SampleDirectory.read(text).hosts[0].vms[0].labels == ["tier": "1"])
    }

    @Test("a VM in two networks has a list of interfaces")
    func readsInterfaces() throws {
        let directory = try SampleDirectory.read(
            SampleDirectory.vms(
                "gw: [{network: blue, mac: 52:54:00:00:00:12, ip: any},",
                "     {network: default, mac: 52:54:00:00:00:13, ip: [10.0.0.1, \"fd00::1\"]}]"))
        let vms = directory.hosts[0].vms
        #expect(vms.map(\.network) == ["blue", "default"] && vms.map(\.name) == ["gw", "gw"])
        #expect(vms[0].anyAddress && vms[0].addresses.isEmpty)
        #expect(vms[1].addresses.map(\.description) == ["10.0.0.1", "fd00::1"])
    }

    @Test(
        "each key of a VM takes what it names, and nothing else",
        arguments: [
            ("mac: 52:54:00:00:00:12", "7:12 the key `network` is missing"),
            ("network: blue", "7:12 the key `mac` is missing"),
            ("network: blue, mac: 52:54:00:00:00", "7:33 `52:54:00:00:00` is not the MAC address"),
            ("network: blue, mac: 53:54:00:00:00:12", "is not the MAC address of a NIC"),
            ("network: blue, mac: 00:00:00:00:00:00", "is not the MAC address of a NIC"),
            ("network: blue, mac: [a]", "found a list"),
            ("network: \"a b\", mac: 52:54:00:00:00:12", "cannot be the name of a network"),
            ("network: blue, mac: 52:54:00:00:00:12, ip: [10.66.0.12/24]", "is not the IP address"),
            ("network: blue, mac: 52:54:00:00:00:12, ip: [any, 10.0.0.1]", "`any` is not the IP"),
            ("network: blue, mac: 52:54:00:00:00:12, ip: [127.0.0.1]", "is not the IP address"),
            ("network: blue, mac: 52:54:00:00:00:12, labels: [a]", "expected labels, found a list"),
            ("network: blue, mac: 52:54:00:00:00:12, labels: {a: yes}", "is a boolean in YAML"),
            ("network: blue, mac: 52:54:00:00:00:12, labels: {a b: c}", "the key of a label"),
            ("network: blue, mac: 52:54:00:00:00:12, vlan: 7", "unknown key `vlan`"),
            (
                "network: blue, mac: 52:54:00:00:00:12, labels: {vswitch/host: hv2}",
                "the label `vswitch/host` belongs to hosts"
            ),
        ])
    func checksVMs(entry: String, words: String) {
        let faults = SampleDirectory.faults(SampleDirectory.vms("db1: {\(entry)}"))
        #expect(faults.contains { $0.contains(words) }, "\(faults)")
    }

    @Test("a VM that is no mapping is refused")
    func refusesBareVMs() {
        let faults = SampleDirectory.faults(SampleDirectory.vms("db1: blue"))
        #expect(faults.first?.contains("expected the keys of a VM, found a text") == true)
    }
}
