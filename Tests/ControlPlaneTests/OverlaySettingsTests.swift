import ControlPlane
import Packet
import Testing

@Suite("OverlaySettings")
struct OverlaySettingsTests {
    private func settings(_ lines: String...) throws -> OverlaySettings? {
        let section = lines.map { "  \($0)\n" }.joined()
        return try HostConfiguration("name: hv1\noverlay:\n\(section)", path: "v.yaml").overlay
    }

    @Test("the section of the contract is read; all but the address has a default")
    func reads() throws {
        var expected = OverlaySettings(address: IPAddress("10.98.0.1")!)
        #expect(try settings("address: 10.98.0.1") == expected)
        expected.listen = UnderlayAddress("[2001:db8::1]:4500")!
        expected.underlayMTU = 9_000
        let read = try settings(
            "listen: \"[2001:db8::1]:4500\"", "address: 10.98.0.1", "underlay-mtu: 9000")
        #expect(read == expected)
        #expect(try HostConfiguration("name: hv1\n", path: "v.yaml").overlay == nil)
    }

    @Test(
        "what is wrong is told with its place",
        arguments: [
            ("listen: 0.0.0.0:51820", "v.yaml:3:3: 'overlay' needs this host's address"),
            ("address: 10.98.0.1/24", "v.yaml:3:12: 'address' must be"),
            ("address: 127.0.0.1", "v.yaml:3:12: 'address' must be"),
            ("address: [a]", "v.yaml:3:12: 'address' must be"),
            ("address: 10.98.0.1\n  listen: 51820", "v.yaml:4:11: 'listen' must be"),
            ("address: 10.98.0.1\n  listen: 224.0.0.1:1", "v.yaml:4:11: 'listen' must be"),
            ("address: 10.98.0.1\n  underlay-mtu: auto", "'underlay-mtu: auto' is not yet"),
            ("address: 10.98.0.1\n  underlay-mtu: 1500.0", "must be a whole number of bytes"),
            ("address: 10.98.0.1\n  underlay-mtu: 700", "leaves guests less than 576"),
            ("address: 10.98.0.1\n  underlay-mtu: 65536", "the most is 65535"),
            ("address: 10.98.0.1\n  port: 1", "v.yaml:4:3: 'port' is not a known key"),
            ("address: 10.98.0.1\n  address: 10.98.0.1", "'address' is given twice"),
        ])
    func refuses(section: String, words: String) {
        let error = #expect(throws: StartError.self) { try settings(section) }
        #expect(error?.description.contains(words) == true, "\(String(describing: error))")
    }

    @Test("a section that is no mapping is refused", arguments: ["overlay:\n", "overlay: on\n"])
    func refusesNoMapping(text: String) {
        let error = #expect(throws: StartError.self) { try HostConfiguration(text, path: "v.yaml") }
        #expect(error?.description.contains("'overlay' must hold keys and values") == true)
    }
}
