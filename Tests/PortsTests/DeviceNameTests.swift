import Ports
import Testing

struct DeviceNameTests {
    @Test(
        "what the kernel takes as a name is taken",
        arguments: [
            "a", "eth0", "tap-web1", "eth0.10", "fifteen-bytes-a", "ü", "...",
        ])
    func accepts(name: String) throws {
        #expect(try DeviceName(name).text == name)
    }

    @Test(
        "what the kernel refuses or changes is refused",
        arguments: [
            "", ".", "..", "a/b", "a b", "a\tb", "a\n", "a:1", "tap%d", "a\u{0}b", "a\u{7f}",
            "sixteen-bytes-ab", "seven-two-byte-ü",
        ])
    func refuses(name: String) {
        #expect(throws: PortError(.name, name, .invalidName)) { try DeviceName(name) }
    }
}
