import ControlPlane
import Packet
import Testing

@Suite("StationCheck")
struct StationCheckTests {
    /// A directory of `hv2` with one VM, and of `hv3` with one of these keys.
    private func faults(
        _ first: String, _ second: String, host: String = "hv3",
        _ context: DirectoryContext = SampleDirectory.context
    ) -> [String] {
        let text = """
            hosts:
              hv2:
                public-key: \(SampleDirectory.keys[1])
                address: 10.98.0.2
                roaming: true
                vms:
                  \(first)
              \(host):
                public-key: \(SampleDirectory.keys[host == "hv1" ? 0 : 2])
                address: 10.98.0.\(host == "hv1" ? 1 : 3)
                roaming: true
                vms:
                  \(second)

            """
        return SampleDirectory.faults(text, context)
    }

    private static let db1 = "db1: {network: blue, mac: 52:54:00:00:00:12, ip: [10.66.0.12]}"

    @Test(
        "within a network a name, a MAC address and an IP address belong to one VM",
        arguments: [
            (
                "db1: {network: blue, mac: 52:54:00:00:00:13}",
                "13:7 VM `db1` lives on host `hv2` already"
            ),
            (
                "db2: {network: blue, mac: 52:54:00:00:00:12}",
                "13:33 52:54:00:00:00:12 belongs to VM `db1` of host `hv2` already"
            ),
            (
                "db2: {network: blue, mac: 52:54:00:00:00:13, ip: [10.66.0.1, 10.66.0.12]}",
                "13:68 10.66.0.12 belongs to VM `db1` of host `hv2` already"
            ),
            (
                "db2: {network: blue, mac: 52:54:00:00:00:13, ip: [\"fe80::5054:ff:fe00:12\"]}",
                "13:57 fe80::5054:ff:fe00:12 belongs to VM `db1`"
            ),
            ("db2: {network: green, mac: 52:54:00:00:00:13}", "13:22 there is no network `green`"),
        ])
    func findsClashes(second: String, words: String) {
        let found = faults(Self.db1, second)
        #expect(found.contains { $0.contains(words) }, "\(found)")
    }

    @Test("in another network the same addresses and names are others")
    func knowsNetworks() {
        let second = "db1: {network: default, mac: 52:54:00:00:00:12, ip: [10.66.0.12]}"
        #expect(faults(Self.db1, second) == [])
    }

    @Test("a VM twice in a network of one host, or an address twice, is refused")
    func findsDoubles() {
        let twice =
            "db2: [{network: blue, mac: 52:54:00:00:00:13}, "
            + "{network: blue, mac: 52:54:00:00:00:14}]"
        #expect(
            faults(Self.db1, twice).first?.contains("is listed twice in network `blue`") == true)
        let address = "db2: {network: blue, mac: 52:54:00:00:00:13, ip: [10.66.0.9, 10.66.0.9]}"
        #expect(faults(Self.db1, address).first?.contains("10.66.0.9 belongs to VM `db2`") == true)
    }

    @Test("a VM may list the link-local address that it forms itself")
    func takesOwnLinkLocal() {
        let second =
            "db2: {network: blue, mac: 52:54:00:00:00:13, "
            + "ip: [\"fe80::5054:ff:fe00:13\"]}"
        #expect(faults(Self.db1, second) == [])
    }

    /// The host with a port `web1` in `blue`.
    private var attached: DirectoryContext {
        var port = StoredPort(device: "tap7", mode: .tap, network: "blue")
        port.phase = .attached
        port.vm = "web1"
        port.mac = MACAddress("52:54:00:00:00:77")
        port.addresses = [IPAddress("10.66.0.77")!]
        var context = SampleDirectory.context
        context.ports = [port]
        return context
    }

    @Test(
        "a VM elsewhere takes nothing that a port of this host has",
        arguments: [
            ("web1: {network: blue, mac: 52:54:00:00:00:13}", "the name `web1`"),
            ("db2: {network: blue, mac: 52:54:00:00:00:77}", "52:54:00:00:00:77"),
            ("db2: {network: blue, mac: 52:54:00:00:00:13, ip: 10.66.0.77}", "10.66.0.77"),
        ])
    func findsClashesWithPorts(second: String, words: String) {
        let found = faults(Self.db1, second, attached)
        #expect(found.count == 1)
        #expect(found.first?.contains("\(words) belongs to this host's port `tap7`") == true)
    }

    @Test("this host's own entry may list its ports, and networks that it does not have yet")
    func knowsItself() {
        let own = "web1: {network: blue, mac: 52:54:00:00:00:77, ip: 10.66.0.77}"
        #expect(faults(Self.db1, own, host: "hv1", attached) == [])
        let green = "web1: {network: green, mac: 52:54:00:00:00:77, ip: 10.66.0.77}"
        #expect(faults(Self.db1, green, host: "hv1", attached) == [])
    }
}
